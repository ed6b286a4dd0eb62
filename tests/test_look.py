"""What a designer would see: fonts with every character, rows with one head, tables for a phone, colours that every reader tells apart."""

import itertools
import math
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from selectolax.lexbor import LexborHTMLParser

from catalogue.schema.model import Track
from render import assets
from render.formula import formula_mathml

FONTS = "assets/fonts"
HEAVIEST = {
    "inter": 16_000,
    "source-serif": 9_000,
    "stix-two-math": 15_500,
}  # bytes: what all pages load, and a formula


@pytest.fixture(scope="module")
def texts(built: Path) -> dict[Path, str]:
    return {path.relative_to(built): path.read_text(encoding="utf-8") for path in built.rglob("*.html")}


def test_fonts_come_with_the_site_and_are_light(built: Path, texts: dict[Path, str]) -> None:
    style = next((built / "assets").glob("ds.*.css")).read_text(encoding="utf-8")
    assert sorted(re.findall(r'url\("fonts/([^"]+)"\)', style)) == sorted(
        path.name for path in (built / FONTS).glob("*.woff2")
    )
    licence = (built / FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert licence.partition("\n\n")[0].count("Copyright") == len(HEAVIEST)
    for name, most in HEAVIEST.items():
        (face,) = (built / FONTS).glob(f"{name}.*.woff2")
        assert face.stat().st_size <= most, name


def test_a_letter_is_in_the_file_that_a_browser_loads_for_it(built: Path) -> None:
    """The rule of a file with rare letters names them, and each of them is in it; no common letter is among them."""
    style = next((built / "assets").glob("ds.*.css")).read_text(encoding="utf-8")
    rules = re.findall(r'@font-face\{font-family:"([^"]+)";src:url\("([^"]+)"\)([^}]*)}', style)
    faces = [(family, url, rest.partition("unicode-range:")[2]) for family, url, rest in rules]
    common = {family: set(_font(built, url).getBestCmap()) for family, url, ranges in faces if not ranges}
    rare = [(family, url, ranges) for family, url, ranges in faces if ranges]
    assert len(common) == 3
    assert {family for family, _, _ in rare} == common.keys()
    for family, url, ranges in rare:
        named = {
            code
            for first, _, last in (part.removeprefix("U+").partition("-") for part in ranges.split(","))
            for code in range(int(first, 16), int(last or first, 16) + 1)
        }
        assert named <= set(_font(built, url).getBestCmap()), family
        assert not named & common[family], family


def _font(built: Path, url: str) -> TTFont:
    return TTFont(built / "assets" / url)


def test_text_has_six_sizes() -> None:
    """Every size is one of the six tokens, a size of print or of a figure, inherited, or none (a date that is shown in digits)."""
    folder = Path(assets.__file__).parent / "styles"
    style = "".join((folder / f"{name}.css").read_text("utf-8") for names in assets.SHEETS.values() for name in names)
    sizes = set(re.findall(r"font-size: ([^;}!]+)", style))
    allowed = re.compile(r"var\(--ds-(44|25|18|16|14|12)\)|inherit|0|125%|1\.6rem|[\d.]+pt|clamp\(.*")
    others = {size.strip() for size in sizes if not allowed.fullmatch(size.strip())}
    # Of panels that are wider than their units; what is seen of these is measured in test_figures_browser.
    enlarged = {"11px", "6.3px"}
    drawn = enlarged | {size for size in others if re.fullmatch(r"[\d.]+px", size) and float(size[:-2]) >= 12}
    assert others - drawn == set(), "beside the six, figures have sizes in their own units, none below 12"


def test_a_wide_formula_is_broken_into_lines() -> None:
    """At relations, signs and wide spaces, with every sign kept; a formula that fits is left as it is."""
    short = formula_mathml(r"y = W x + b")
    assert "mtable" not in short
    long = formula_mathml(
        r"L(\theta) = " + " + ".join(rf"\lambda_{{{n}}} \mathcal{{L}}_{{\mathrm{{part}}_{{{n}}}}}" for n in range(12))
    )
    rows = LexborHTMLParser(long).css("mtr")
    assert len(rows) > 1
    assert all((row.text() or "").strip().startswith(("+", "−")) for row in rows[1:])
    assert "".join(row.text() for row in rows).count("ℒ") == 12
    with_brackets = formula_mathml(
        r"f(x) = \mathbb{E}\left[" + " - ".join(rf"\frac{{a_{{{n}}} b c}}{{d e f g}}" for n in range(16)) + r"\right]"
    )
    assert len(LexborHTMLParser(with_brackets).css("mtr")) > 1


# What an eye without one kind of cone sees of linear light (Machado and others 2009, full severity).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
APART = 0.065  # distance in OKLab, where 0.02 is just noticeable between fields that touch; lines of a map do not
LEGIBLE = 4.5

Colour = tuple[float, ...]


def light(code: str) -> Colour:
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def seen(colour: Colour, eye: str) -> Colour:
    return tuple(min(1, max(0, sum(a * b for a, b in zip(row, colour, strict=True)))) for row in EYES[eye])


def oklab(colour: Colour) -> Colour:
    r, g, b = colour
    far, mid, near = (
        math.cbrt(one)
        for one in (
            0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
            0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
            0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
        )
    )
    return (
        0.2104542553 * far + 0.7936177850 * mid - 0.0040720468 * near,
        1.9779984951 * far - 2.4285922050 * mid + 0.4505937099 * near,
        0.0259040371 * far + 0.7827717662 * mid - 0.8086757660 * near,
    )


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def scheme(dark: bool) -> dict[str, str]:
    style = (Path(assets.__file__).parent / "styles/tokens.css").read_text("utf-8")
    at = style.index('[data-md-color-scheme="slate"] {' if dark else "[data-md-color-scheme] {")
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", style[at : style.index("}", at)]))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_two_tracks_never_look_alike(eye: str, dark: bool) -> None:
    tokens = scheme(dark)
    lines = {track.value: oklab(seen(light(tokens[f"--ds-track-{track.value}"]), eye)) for track in Track}
    close = {
        (a, b): round(math.dist(lines[a], lines[b]), 3)
        for a, b in itertools.combinations(lines, 2)
        if math.dist(lines[a], lines[b]) < APART
    }
    assert close == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_name_of_a_track_can_be_read(dark: bool) -> None:
    tokens = scheme(dark)
    ground = light(tokens["--md-default-bg-color"])
    faint = {t.value for t in Track if contrast(light(tokens[f"--ds-track-{t.value}"]), ground) < LEGIBLE}
    assert faint == set()
