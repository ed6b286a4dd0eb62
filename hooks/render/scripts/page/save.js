// A drawing as PNG: its file, drawn twice as large. From a folder on disk a browser does not give the picture back.
for (const button of location.protocol === "file:" ? [] : document.querySelectorAll("button[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const picture = new Image();
    picture.src = button.previousElementSibling.href;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.naturalWidth * 2, height: picture.naturalHeight * 2 });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = picture.src.split("/").at(-1).replace(/svg$/, "png");
    link.click();
  });
}
