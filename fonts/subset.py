"""Cut the fonts of the site down to the letters and signs that it uses, as WOFF2 into `overrides/assets/fonts/`.

Also writes `hooks/render/styles/fonts.css`, which names them. It takes the families from
`pip install 'fonttools[woff]' fontpkg-inter fontpkg-source-serif-4 ziamath`; the results are committed, so a build needs none of this.
Each family is one file with what most pages show, and further ones with what few or none do, each of which a browser loads where such a
letter stands. Inter keeps its weights on one axis and its tabular figures; Source Serif 4 is one weight, for titles and leads; STIX Two Math
keeps the tables that browsers set MathML with, and of the sizes of each bracket a few. Chinese is left to the fonts of the reader's
system.

What nobody sees goes: tables that only say again what another says, kerning below a hundredth of the size, points of an outline that
move it by a few thousandths of the size.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont
from fontTools.varLib.iup import iup_delta_optimize

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "overrides" / "assets" / "fonts"
STYLES = ROOT / "hooks" / "render" / "styles" / "fonts.css"
MOST = {"inter.woff2": 16_000, "source-serif.woff2": 9_500, "stix-two-math.woff2": 15_000}  # bytes

ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN = "".join(map(chr, range(0xA0, 0x100)))

# In text: what at least one page in ten shows, and what buttons and tables are drawn with.
TEXT = ASCII + "\u00a0\u2002\u2009\u200a\u202f\u2060§¶·×÷½•²³¹⁰⁴⁵⁶⁷⁸⁹⁻₁₂₃–—‘’“”…‹›←↑→↓↕−≈≠≤≥√✓●★′αβγεηθλπρστ"
FEW_TEXT = "āèéóüĜ\u0304°±µᵢ″∂∞ΘΣΨδκμφ"
SPARE_TEXT = LATIN + "ıⁱ⁺⁼⁽⁾ⁿ₀₄₅₆₇₈₉₊₋₌₍₎―‖‰⁄↔↗∆∏∑■□▲▴▶▸▼▾◆◇○◐☆✗ΔΩζινξοςυχψωϕϵ"
SELDOM_IN_TITLES = "#$*<=>@[\\]^`{|}~"
TITLE = "".join(sorted(set(ASCII) - set(SELDOM_IN_TITLES))) + "\u00a0\u2009\u202f\u2060·×²³⁴–—’“”…→−≥"
SPARE_TITLE = SELDOM_IN_TITLES + LATIN + "āĜı‰′″‹›"

# Letters of formulas, those of one page in twenty first: browsers set a single one in italics, which are characters of their own.
ITALICS = "".join(map(chr, [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6FC, 0x1D71C)]))
LATIN_ITALICS = ITALICS[:53]
MATHS = "".join(sorted(set(ASCII) - set("\"#$%&'?@\\_`"))) + LATIN_ITALICS + "αβγδεηθκλμπρστφ𝛼𝛽𝛾𝛿𝜀𝜂𝜃𝜅𝜆𝜇𝜋𝜌𝜎𝜏𝜑ϵ𝐪𝐡𝐤𝐮𝐞𝐨"
MATHS += "\u00a0¯·×‖…′−√ℒ𝒥𝔼𝔻←→⇒∂∇∈∑∣≈≤≥"
FEW_MATHS = "$%&Θ―∞⋯ℋℓℰℱ𝒦𝒯𝕀∏⊗⊙⌈⌉≪⇔⟨⟩∪∩∝𝐑𝐚𝐜𝐯𝐱"
SPARE_MATHS = ASCII + ITALICS + "ΔΣΨΩ±⋅𝟙ℝ⌊⌋≠⊂⊆∅∧∨¬∀∃≡≫∘⊥∥𝐐𝐊𝐕𝐗𝐖"
# A browser chooses the file of a Greek letter before it makes it italic; formulas have them in italics alone.
GREEK_ITALICS = {upright: chr(0x1D6FC + ord(upright) - ord("α")) for upright in "αβγδεηθκλμπρστφ"}
BRACKET_SIZES = 5  # of 13, from the smallest to the largest; beyond it they are put together from parts

# Widths stand in the outlines, too, and no other font is beside them.
TABLES_OF_NO_USE = ("BASE", "HVAR", "MVAR", "STAT", "gasp")
UNITS = 1000  # of the size, in which coordinates are whole numbers
LEAST_KERNING, KERNING_STEP = 8, 8  # units
TABULAR = set("0123456789.,")  # what columns of numbers are made of


@dataclass(frozen=True)
class Family:
    """Fonts that a style names as one.

    Attributes:
        file: Begin of the names of its files.
        common: What most pages show.
        rare: Sets by the end of a file's name: what few pages show, and what none has needed so far.
        shown_as: Letters that look like another one.
        error: Units by which an outline may be moved so that it needs fewer points; none for an outline on an axis.
    """

    name: str
    font: TTFont
    file: str
    common: str
    rare: Mapping[str, str]
    display: str
    features: list[str] = field(default_factory=list)
    weight: str = ""
    error: float = 0
    shown_as: Mapping[str, str] = field(default_factory=dict)


def main() -> int:
    """Write every file; fail where one that most pages load is heavier than it should be."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.woff2"):
        old.unlink()
    inter = _at(_font("fontpkg_inter", "files/Inter[opsz,wght].ttf"), {"opsz": 14, "wght": (400, 700)})
    serif = _at(_font("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf"), {"opsz": 32, "wght": 600})
    maths = _with_few_sizes(_font("ziamath", "fonts/STIXTwoMath-Regular.ttf"))
    letters, signs = {"few": FEW_TEXT, "more": SPARE_TEXT}, {"few": FEW_MATHS, "more": SPARE_MATHS}
    families = [
        Family("Inter", inter, "inter", TEXT, letters, "fallback", ["kern", "tnum"], "400 700"),
        Family("Source Serif", serif, "source-serif", TITLE, {"more": SPARE_TITLE}, "fallback", ["kern"], "600", 1),
        # Optical forms of indices alone would weigh as much as the rest.
        Family("STIX Math", maths, "stix-two-math", MATHS, signs, "swap", error=3, shown_as=GREEK_ITALICS),
    ]
    faces, heavy = [], []
    for family in families:
        name = f"{family.file}.woff2"
        size = _write(family, name, family.common, family.features)
        faces.append(_face(family, name, family.display))
        known = set(map(chr, family.font.getBestCmap())) - set(family.common)
        for end, rare in family.rare.items():
            others = "".join(sorted(set(rare) & known))
            known -= set(rare)
            _write(family, f"{family.file}-{end}.woff2", others, [])
            faces.append(_face(family, f"{family.file}-{end}.woff2", "swap", others))
        if size > MOST[name]:
            heavy.append(f"{name} has {size:,} bytes, and {MOST[name]:,} are allowed")
    STYLES.write_text("\n".join(["/* Written by fonts/subset.py. */", *faces, ""]), encoding="utf-8")
    print("\n".join(heavy) or "every file is as light as it should be")
    return int(bool(heavy))


def _face(family: Family, file: str, display: str, only: str = "") -> str:
    """A rule for a file; with `only` its letters, for which it comes before the others of its family."""
    weights = f" font-weight: {family.weight};" if family.weight else ""
    letters = f" unicode-range: {_ranges(only)};" if only else ""
    return (
        f'@font-face {{ font-family: "{family.name}"; src: url("fonts/{file}") format("woff2");'
        f"{weights} font-display: {display};{letters} }}"
    )


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
        raise SystemExit(f"{package} is not installed: pip install {package}")
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
    font["MATH"].table.MathGlyphInfo.MathKernInfo = None  # browsers set indices without it
    return font


def _write(family: Family, name: str, characters: str, features: list[str]) -> int:
    font = _copy(family.font)
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = features
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [1, 2]  # the licence lies beside it
    options.drop_tables += ["DSIG", "FFTM", "meta", *TABLES_OF_NO_USE]
    _keep_tabular_digits(font)
    for letter, other in family.shown_as.items():
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(letter)] = font.getBestCmap()[ord(other)]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=map(ord, characters))
    cut.subset(font)
    font = _copy(font)
    scale_upem(font, UNITS)
    if "GPOS" in font:
        _round_kerning(font)
    if family.error:
        _simplify_outlines(font, family.error)
    if "gvar" in font:
        _shorten_variations(font)
    font = _copy(font)
    path = TARGET / name
    subset.save_font(font, str(path), options)
    print(f"{path.stat().st_size:,} {name}")
    return path.stat().st_size


def _keep_tabular_digits(font: TTFont) -> None:
    """Of the forms of one width, those of numbers: the font has them for every sign."""
    if "GSUB" not in font:
        return
    table = font["GSUB"].table
    signs = {name for code, name in font.getBestCmap().items() if chr(code) in TABULAR}
    found = {
        i for one in table.FeatureList.FeatureRecord if one.FeatureTag == "tnum" for i in one.Feature.LookupListIndex
    }
    for index in found:
        for part in table.LookupList.Lookup[index].SubTable:
            mapping = getattr(part, "ExtSubTable", part).mapping
            for name in set(mapping) - signs:
                del mapping[name]


def _round_kerning(font: TTFont) -> None:
    """Kerning in steps that an eye can tell apart, the same for all weights."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for part in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            if part.LookupType != 2:
                continue
            part.ValueFormat1 = 4  # the advance alone
            pairs = (
                (record.Value1 for group in part.PairSet for record in group.PairValueRecord)
                if part.Format == 1
                else (record.Value1 for row in part.Class1Record for record in row.Class2Record)
            )
            for value in filter(None, pairs):
                advance = getattr(value, "XAdvance", 0)
                vars(value).clear()
                value.XAdvance = 0 if abs(advance) < LEAST_KERNING else round(advance / KERNING_STEP) * KERNING_STEP
    if "GDEF" in font and getattr(font["GDEF"].table, "VarStore", None):
        font["GDEF"].table.VarStore = None


def _simplify_outlines(font: TTFont, error: float) -> None:
    glyphs, outlines = font.getGlyphSet(), font["glyf"]
    for name in font.getGlyphOrder():
        if outlines[name].numberOfContours <= 0:
            continue
        pen = TTGlyphPen(None)
        glyphs[name].draw(Qu2CuPen(Cu2QuPen(pen, error, all_quadratic=True), error, all_cubic=True))
        simpler = pen.glyph(dropImpliedOnCurves=True)
        if len(simpler.coordinates) < len(outlines[name].coordinates):
            outlines[name] = simpler


def _shorten_variations(font: TTFont) -> None:
    """How a letter grows bolder, without the points that nearly follow from their neighbours."""
    outlines, widths = font["glyf"], font["hmtx"].metrics
    for name, variations in font["gvar"].variations.items():
        points, control = outlines._getCoordinatesAndControls(name, widths)
        for variation in variations:
            if None in variation.coordinates:
                variation.calcInferredDeltas(points, control.endPts)
            shorter = iup_delta_optimize(variation.coordinates, points, control.endPts, tolerance=2)
            variation.coordinates = [delta and (round(delta[0]), round(delta[1])) for delta in shorter]


if __name__ == "__main__":
    sys.exit(main())
