"""Cut the fonts of the site down to the letters and signs that it uses, as WOFF2 into `overrides/assets/fonts/`.

Also writes `hooks/render/styles/fonts.css`, which names them; the build puts those of text into the style sheet. `make fonts` runs it
after it has installed the families; the results are committed, so a build needs none of this.
Each family is two files: one with what most pages show, and one with what few do, which a browser loads where such a letter stands.
Inter keeps its weights on one axis and its tabular figures; Source Serif 4 is one weight, for titles and leads; STIX Two Math keeps
the tables that browsers set MathML with, and of the sizes of each bracket a few. Chinese is left to the fonts of the reader's system.
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
MOST = {"inter.woff2": 20_000, "source-serif.woff2": 12_000, "stix-two-math.woff2": 22_000}  # bytes

ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN = "".join(map(chr, range(0xA0, 0x100)))

# In text: what at least one page in ten shows, and what buttons and tables are drawn with.
TEXT = ASCII + "\u00a0\u2002\u2009\u200a\u202f\u2060§¶·×÷²³¹⁰⁴⁵⁶⁷⁸⁹⁻₁₂–—‘’“”…‹›←↑→↓↕−≈≠≤≥√✓●★′αβγεθλπ"
RARE_TEXT = LATIN + "\u0304āĜıⁱ⁺⁼⁽⁾ⁿ₀₃₄₅₆₇₈₉₊₋₌₍₎ᵢ―‖•‰′″‹⁄↔↗∂∆∏∑∞≤≥■□▲▴▶▸▼▾◆◇○◐☆✗ΔΘΣΨΩδζηικλμνξορςστυφχψωϕϵ"
SELDOM_IN_TITLES = "#$*<=>@[\\]^`{|}~"
TITLE = "".join(sorted(set(ASCII) - set(SELDOM_IN_TITLES))) + "\u00a0\u2009\u202f\u2060·×²³⁴–—’“”…→−≥"
RARE_TITLE = SELDOM_IN_TITLES + LATIN + "āĜı•‰′″‹›"

# Letters of formulas: browsers set a single one in italics, which are characters of their own; then what the formulas use.
ITALICS = "".join(map(chr, [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6FC, 0x1D71C)]))
MATHS = ASCII + ITALICS + "\u00a0¯·×ΘΣαβγδεηθκλμπρστφϵ‖…′−±√⋅ℒ→∂∈∑∣≈≠≤≥⊙∇⇒𝔼"
RARE_MATHS = "ΔΨΩζνχψω―∞⋯ℋℓℰℱ𝒥𝒦𝒯𝔻𝕀𝟙ℝ←∏⊗⌈⌉⌊⌋≪⇔⟨⟩∪∩⊂⊆∅∧∨¬∀∃≡≫∝∘⊥∥𝐐𝐊𝐕𝐗𝐖𝐑𝐚𝐜𝐞𝐡𝐤𝐨𝐪𝐮𝐯𝐱"
BRACKET_SIZES = 5  # of 13, from the smallest to the largest; beyond it they are put together from parts

TEXT_FEATURES = ["kern", "tnum"]
MATH_FEATURES: list[str] = []  # optical forms of indices alone weigh as much as the rest


def main() -> int:
    """Write every file; fail where one that most pages load is heavier than it should be."""
    TARGET.mkdir(parents=True, exist_ok=True)
    inter = _at(_font("fontpkg_inter", "files/Inter[opsz,wght].ttf"), {"opsz": 14, "wght": (400, 700)})
    serif = _at(_font("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf"), {"opsz": 32, "wght": 600})
    maths = _with_few_sizes(_font("ziamath", "fonts/STIXTwoMath-Regular.ttf"))
    families = [
        ("Inter", inter, "inter", TEXT, RARE_TEXT, TEXT_FEATURES, "block", "400 700"),
        ("Source Serif", serif, "source-serif", TITLE, RARE_TITLE, ["kern"], "block", "600"),
        ("STIX Math", maths, "stix-two-math", MATHS, RARE_MATHS, MATH_FEATURES, "swap", ""),
    ]
    faces, heavy = [], []
    for family, font, name, common, rare, features, display, weight in families:
        size = _write(font, f"{name}.woff2", common, features)
        faces.append(_face(family, f"{name}.woff2", display, weight))
        others = "".join(sorted(set(rare) & set(map(chr, font.getBestCmap())) - set(common)))
        _write(font, f"{name}-more.woff2", others, [])
        faces.append(_face(family, f"{name}-more.woff2", "swap", weight, others))
        if size > MOST[f"{name}.woff2"]:
            heavy.append(f"{name}.woff2 has {size:,} bytes, and {MOST[f'{name}.woff2']:,} are allowed")
    STYLES.write_text("\n".join(["/* Written by `make fonts`. */", *faces, ""]), encoding="utf-8")
    print("\n".join(heavy) or "every file is as light as it should be")
    return int(bool(heavy))


def _face(family: str, file: str, display: str, weight: str, only: str = "") -> str:
    """A rule for a file; with `only` its letters, for which it comes before the others of its family."""
    weights = f" font-weight: {weight};" if weight else ""
    letters = f" unicode-range: {_ranges(only)};" if only else ""
    return f'@font-face {{ font-family: "{family}"; src: url("fonts/{file}") format("woff2");{weights} font-display: {display};{letters} }}'


def _ranges(letters: str) -> str:
    """Letters as styles name them, those that follow each other as a range."""
    runs: list[list[int]] = []
    for code in sorted(set(map(ord, letters))):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


def _font(package: str, path: str) -> TTFont:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed: `make fonts` does that")
    return TTFont(Path(found.submodule_search_locations[0]) / path)


def _at(font: TTFont, axes: dict[str, float | tuple[float, float]]) -> TTFont:
    """A variable font with some axes fixed or narrowed; written once and read again, which settles its tables."""
    return _copy(instantiateVariableFont(font, axes))


def _copy(font: TTFont) -> TTFont:
    written = BytesIO()
    font.save(written)
    written.seek(0)
    return TTFont(written)


def _with_few_sizes(font: TTFont) -> TTFont:
    """A font for formulas in which what grows has a few of its sizes: nobody tells a bracket from one a tenth higher."""
    variants = font["MATH"].table.MathVariants
    for construction in [*variants.VertGlyphConstruction, *variants.HorizGlyphConstruction]:
        sizes = construction.MathGlyphVariantRecord
        if len(sizes) > BRACKET_SIZES:
            step = (len(sizes) - 1) / (BRACKET_SIZES - 1)
            construction.MathGlyphVariantRecord = [sizes[round(n * step)] for n in range(BRACKET_SIZES)]
            construction.VariantCount = BRACKET_SIZES
    return font


def _write(source: TTFont, name: str, characters: str, features: list[str]) -> int:
    font = _copy(source)
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = features
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    options.drop_tables += ["DSIG", "FFTM", "meta"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=map(ord, characters))
    cut.subset(font)
    path = TARGET / name
    subset.save_font(font, str(path), options)
    print(f"{path.stat().st_size:,} {name}")
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
