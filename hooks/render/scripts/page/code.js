// A button copies the whole.
for (const pre of document.querySelectorAll("pre:has(> code)")) {
  if (!navigator.clipboard) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "ds-copy", textContent: word("ds-copy") });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = word("ds-copied");
  });
  const frame = Object.assign(document.createElement("div"), { className: "ds-code" });
  pre.replaceWith(frame);
  frame.append(pre, button);
}
