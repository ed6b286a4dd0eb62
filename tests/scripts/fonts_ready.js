// Faces are asked for where a letter of theirs stands.
async () => {
  document.body.getBoundingClientRect();
  await document.fonts.ready;
}
