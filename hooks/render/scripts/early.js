// Before anything is painted: there is a script, and the scheme is the one that the reader chose, or the system has.
{
  let scheme = null;
  try {
    scheme = localStorage.getItem("ds-scheme");
  } catch {
    // nothing kept
  }
  document.documentElement.classList.replace("no-js", "js");
  document.body.dataset.mdColorScheme = scheme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "slate" : "default");
}
