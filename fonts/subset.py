"""Cut the fonts of the site down to the letters and signs that it uses, as WOFF2 into `overrides/assets/fonts/`.

Also writes `hooks/render/styles/fonts.css`, which names them; the build puts those of text into the style sheet. `make fonts` runs it
after it has installed the families; the results are committed, so a build needs none of this.
Inter keeps its weights on one axis and its tabular figures; Source Serif 4 is one weight, for titles and leads; STIX Two Math keeps
the tables that browsers set MathML with. Chinese is left to the fonts of the reader's system.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "overrides" / "assets" / "fonts"
STYLES = ROOT / "hooks" / "render" / "styles" / "fonts.css"
MOST = 80_000  # bytes of all files together, which the tests hold too

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x101, 0x11C, 0x131, 0x304]
PUNCTUATION = [0x2002, 0x2009, 0x200A, 0x2013, 0x2014, 0x2015, 0x2016, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026]
PUNCTUATION += [0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x2060]
GREEK = [0x394, 0x398, 0x3A3, 0x3A8, 0x3A9, *range(0x3B1, 0x3CA), 0x3D5, 0x3F5]
INDICES = [0x1D62, 0x2070, *range(0x2074, 0x207F), *range(0x2080, 0x208F)]
SIGNS = [0x2190, 0x2191, 0x2192, 0x2193, 0x2194, 0x2195, 0x2197, 0x2202, 0x2206, 0x220F, 0x2211, 0x2212, 0x221A, 0x221E]
SIGNS += [
    0x2248,
    0x2260,
    0x2264,
    0x2265,
    0x25A0,
    0x25A1,
    0x25B2,
    0x25B4,
    0x25B6,
    0x25B8,
    0x25BC,
    0x25BE,
    0x25C6,
    0x25C7,
]
SIGNS += [0x25CB, 0x25CF, 0x25D0, 0x2605, 0x2606, 0x2713, 0x2717]

# Letters of formulas: browsers set a single one in italics, which are characters of their own; then what the formulas use.
MATHS = [*range(0x20, 0x7F), 0xA0, 0xAF, 0xB7, 0xD7, *range(0x1D434, 0x1D468), 0x210E, *range(0x1D6FC, 0x1D71C)]
MATHS += [ord(sign) for sign in "ΔΘΨΩαβγδεζηθκλμνπρστφχψωϕϵ―‖…′−·×±√∞⋅⋯~"]
MATHS += [ord(sign) for sign in "ℋℒℓℰℱ𝒥𝒯𝔻𝔼𝕀𝟙ℝ←→∂∈∏∑∣≈≠≤≥⊗⊙⌈⌉⌊⌋∇≪⇒⇔⟨⟩∪∩⊂⊆∅∧∨¬∀∃≡≫∝∘⊥∥"]
MATHS += [ord(sign) for sign in "𝐐𝐊𝐕𝐗𝐖𝐑𝐚𝐜𝐞𝐡𝐤𝐨𝐪𝐮𝐯𝐱"]

TEXT_FEATURES = ["kern", "tnum"]
MATH_FEATURES: list[str] = []  # optical forms of indices alone weigh as much as the rest


def main() -> int:
    """Write every file; fail where they are heavier together than a page should carry."""
    TARGET.mkdir(parents=True, exist_ok=True)
    text = [*LATIN, *PUNCTUATION, *GREEK, *INDICES, *SIGNS]
    title = [*LATIN, *PUNCTUATION, 0x2192, 0x2212]
    inter = _at(_font("fontpkg_inter", "files/Inter[opsz,wght].ttf"), {"opsz": 14, "wght": (400, 700)})
    serif = _at(_font("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf"), {"opsz": 32, "wght": 600})
    sizes = [
        _write(inter, "inter.woff2", text, TEXT_FEATURES),
        _write(serif, "source-serif.woff2", title, ["kern"]),
        _write(_font("ziamath", "fonts/STIXTwoMath-Regular.ttf"), "stix-two-math.woff2", MATHS, MATH_FEATURES),
    ]
    faces = [
        _face("Inter", "inter.woff2", "block", "400 700"),
        _face("Source Serif", "source-serif.woff2", "block", "600"),
        _face("STIX Math", "stix-two-math.woff2", "swap"),
    ]
    STYLES.write_text("\n".join(["/* Written by `make fonts`. */", *faces, ""]), encoding="utf-8")
    print(f"{sum(sizes):,} bytes of {MOST:,}")
    return int(sum(sizes) > MOST)


def _face(family: str, file: str, display: str, weight: str = "") -> str:
    weights = f" font-weight: {weight};" if weight else ""
    return f'@font-face {{ font-family: "{family}"; src: url("fonts/{file}") format("woff2");{weights} font-display: {display}; }}'


def _font(package: str, path: str) -> TTFont:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed: `make fonts` does that")
    return TTFont(Path(found.submodule_search_locations[0]) / path)


def _at(font: TTFont, axes: dict[str, float | tuple[float, float]]) -> TTFont:
    """A variable font with some axes fixed or narrowed; written once and read again, which settles its tables."""
    written = BytesIO()
    instantiateVariableFont(font, axes).save(written)
    written.seek(0)
    return TTFont(written)


def _write(font: TTFont, name: str, characters: list[int], features: list[str]) -> int:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = features
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    options.drop_tables += ["DSIG", "FFTM", "meta"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=characters)
    cut.subset(font)
    path = TARGET / name
    subset.save_font(font, str(path), options)
    print(f"{path.stat().st_size:,} {name}")
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
