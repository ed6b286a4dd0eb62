// The script that saves a drawing as a picture is loaded when a picture is first asked for.
for (const button of document.querySelectorAll("button[data-png], button[data-picture]")) {
  // From a folder on disk a browser does not give a picture back that comes from a file.
  if ("png" in button.dataset && location.protocol === "file:") continue;
  ("png" in button.dataset ? button : button.parentElement).hidden = false;
  button.addEventListener("click", () => {
    if (window.dsSave) return window.dsSave(button);
    const script = Object.assign(document.createElement("script"), { src: word("ds-save") });
    script.onload = () => window.dsSave(button);
    document.head.append(script);
  });
}

// A figure with an anchor has a page of its own, to be shown in a frame elsewhere.
if (location.protocol !== "file:")
  for (const saved of document.querySelectorAll(".md-content figure[id] .ds-save"))
    saved.append(" ", Object.assign(document.createElement("a"), { href: `embed-${saved.closest("figure").id}.html`, textContent: word("ds-embed") }));
