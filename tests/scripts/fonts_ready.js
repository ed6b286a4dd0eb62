// Faces of text stand in the style sheet; that of formulas is asked for where there is one.
async () => {
  document.body.getBoundingClientRect();
  await document.fonts.ready;
}
