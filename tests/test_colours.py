"""The colours of the tracks can be told apart by every reader, and read as text, on paper and in the dark."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

from catalogue.schema.model import Track
from render import assets

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
