// A built page takes the place of an open one of the same site. Of its article only what has something of `keep` in it is shown.
async ([html, keep]) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const ours = document.head.querySelector("link[rel=stylesheet]").href;
  const linked = new Set([...document.querySelectorAll("link[rel=stylesheet]")].map(({ href }) => href));
  for (const { media, attributes } of page.head.querySelectorAll("link[rel=stylesheet]")) {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", media, href: new URL(attributes.href.value.split("/").pop(), ours) });
    if (!linked.has(sheet.href)) await new Promise(done => { sheet.onload = done; document.head.append(sheet); });
  }
  for (const one of page.querySelectorAll("script, link")) one.remove();
  for (const part of keep ? page.querySelectorAll("article > *, article > section > *") : [])
    if (!part.matches(keep) && !part.querySelector(keep)) part.style.display = "none";
  for (const sheet of document.body.querySelectorAll("link[rel=stylesheet]"))
    await new Promise(done => { sheet.onload = done; document.head.append(sheet); });
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(document.adoptNode(page.body));
}
