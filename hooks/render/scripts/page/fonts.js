// Fonts are asked for once the page stands, so that they do not hold up its text; from then on they come out of the cache at once.

const known = document.documentElement.classList;
if (!known.contains("ds-fonts"))
  addEventListener("load", async () => {
    await new Promise((painted) => setTimeout(painted, 500));
    await Promise.all(["1em Inter", '600 1em "Source Serif"'].map((font) => document.fonts.load(font)));
    known.add("ds-fonts");
    try {
      localStorage.setItem("ds-fonts", "1");
    } catch {
      // asked for anew on the next page
    }
  });
