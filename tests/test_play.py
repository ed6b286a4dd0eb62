"""Figures that can be played with: the script works out what labs/ works out and draws what the build draws, in any state; by keyboard,
from an address, from a folder, on a phone, on paper and without a script."""

from __future__ import annotations

import html as entities
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from labs import dsa, fp8, grpo, pipeline, rope, speculative, yarn
from playwright.sync_api import Browser

from catalogue.derive.calculators import Missing, footprint
from catalogue.derive.parameters import COUNTED
from catalogue.records import Catalogue
from render import words as language_files
from render.assets import PLAYS as SCRIPTS
from render.context import Context, context, templates
from render.mechanisms import PLAYS, mechanism
from render.mechanisms.attention import dimension
from render.mechanisms.play import bias, cache, noise, schedule, sparsity, tiles
from render.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent.parent / "hooks/render/scripts/play"
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")

# States of each figure, by control: every combination is tried. What is not named keeps its beginning.
STATES: dict[str, dict[str, Sequence[Any]]] = {
    "bias-balance": {"speed": (0, 0.0003, 0.01), "experts": (8, 32), "step": (1, 2, 97, 200)},
    "cache-context": {
        "a": ("deepseek-llm-7b-base", "deepseek-v4.1-flash", "deepseek-grm-27b"),
        "b": ("deepseek-v3-base", "deepseek-v4-pro-base", "deepseek-llm-7b-base"),
        "context": (1024, 4096, 131072, 1048576),
    },
    "fp8-tiles": {"tile": (16, 128, 512, 8192), "outlier": (1, 1000, 200_000, 1_000_000)},
    "grpo": {"size": (2, 3, 8, 9, 10, 16), "rewards": ("1" * 16, "0" * 16, "1000000000000000", "0101101110111110")},
    "pipelines": {"stages": (4, 6, 8, 16), "batches": (4, 8, 12, 20, 40)},
    "sparsity-cost": {"context": (1024, 131072, 1048576), "k": (128, 2048, 16384), "entries": (256, 1024)},
    "speculative": {"alpha": (0, 37, 60, 85, 100), "gamma": (1, 3, 8), "cost": (0, 2, 50)},
    "yarn": {"factor": (1, 2, 40, 64), "alpha": (1, 3, 8), "beta": (16, 32, 64)},
}


@pytest.fixture(scope="module", params=[ENGLISH, CHINESE])
def edition(request: pytest.FixtureRequest, catalogue: Catalogue) -> Context:
    return context(catalogue, language_files.load(request.param), templates())


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Callable[[str, str, Any], Any]]:
    """Runs an expression behind a script of `scripts/play/`, with `input` and the figure's own `draw`."""
    page = browser.new_page()

    def run(name: str, expression: str, given: Any) -> Any:
        parts = [(FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in ("figure", *SCRIPTS[name])]
        # A function that is declared last holds: here `play` draws nothing, it hands over what would draw.
        code = "\n".join(
            [*parts, "function play(name, draw) { (play.of ??= {})[name] = draw; }", f"return {expression};"]
        )
        # As JSON, which is exact and a tenth of the work: else each number of a schedule is handed over by itself.
        return json.loads(
            page.evaluate(f"given => JSON.stringify((input => {{ {code} }})(JSON.parse(given)))", json.dumps(given))
        )

    yield run
    page.close()


def states(name: str) -> list[dict[str, Any]]:
    """Every combination of the values in `STATES`."""
    named = STATES[name]
    return [dict(zip(named, values, strict=True)) for values in itertools.product(*named.values())]


def parts(text: str) -> tuple[list[str], list[float]]:
    """A text without its numbers, and the numbers."""
    numbers = [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
    return _NUMBER.sub("#", text).split(), numbers


def panels(html: str) -> list[tuple[str, str]]:
    """Titles and shapes of the panels in a figure as the build makes it."""
    found = re.findall(r'<div class="ds-panel">\s*<p>(.*?)</p>\s*<svg[^>]*>(.*?)</svg>', html, re.S)
    return [(title, shapes.replace("\n", "")) for title, shapes in found]


@pytest.mark.parametrize("name", PLAYS)
def test_the_script_draws_and_says_what_the_build_does(
    name: str, edition: Context, script: Callable[[str, str, Any], Any]
) -> None:
    """At most a tenth of a unit apart: a coordinate of one decimal may be rounded either way."""
    play = PLAYS[name](edition.words, edition.catalogue)
    data = json.loads(json.dumps(play.given))
    tried = [{**play.start, **state} for state in [{}, *states(name)]]
    draw = f"""input.states.map(state => {{
      const {{ panels, said, says = "says" }} = play.of[{name!r}](input.data, state);
      return {{ panels: panels.map(p => [plain(p.title), p.shapes.join("")]), said: filled(input.data.words[says], said) }};
    }})"""
    for state, drawn in zip(tried, script(play.script, draw, {"data": data, "states": tried}), strict=True):
        html = mechanism(edition, name, state)
        said = re.search(r'role="status">(.*?)</p>', html, re.S)
        assert said
        assert drawn["said"] == entities.unescape(said[1]), state
        for (title, shapes), (built_title, built_shapes) in zip(drawn["panels"], panels(html), strict=False):
            assert title == built_title, state
            (words, numbers), (built_words, built_numbers) = parts(shapes), parts(built_shapes)
            assert words == built_words, state
            assert numbers == pytest.approx(built_numbers, abs=0.11), state


def test_guessing_ahead_is_that_of_the_lab(script: Callable[[str, str, Any], Any]) -> None:
    grid = [(a / 20, gamma, c / 10) for a in range(21) for gamma in (1, 2, 3, 5, 8) for c in range(6)]
    found = script("speculation", "input.map(([a, g, c]) => [tokensPerPass(a, g), speedup(a, g, c)])", grid)
    for (alpha, gamma, c), (tokens, times) in zip(grid, found, strict=True):
        assert tokens == pytest.approx(speculative.tokens_per_pass(alpha, gamma), rel=1e-9)
        assert times == pytest.approx(speculative.speedup(alpha, gamma, c), rel=1e-9)


def test_caches_are_those_of_the_catalogue(catalogue: Catalogue, script: Callable[[str, str, Any], Any]) -> None:
    """Every model that can be chosen, to the byte: the calculator's line, and the recount of a token on the model's page."""
    given = PLAYS["cache-context"](language_files.load(ENGLISH), catalogue).given
    lengths = [*given["lengths"], 1, 100, 4097]
    work = "Object.values(input.models).map(model => input.lengths.map(length => cacheBytes(model, length)))"
    rows = script("attention", work, {"models": given["models"], "lengths": lengths})
    assert len(rows) > 30
    for id_, row in zip(given["models"], rows, strict=True):
        entry = catalogue.entries[id_]
        found = footprint(entry)
        assert not isinstance(found, Missing)
        assert row == [cache.kept(found, length) for length in lengths], id_
        assert entry.recount
        assert entry.recount.kv_cache
        inside = 2 * min(1024, found.sliding_window) * found.window_elements
        assert row[0] == 2 * 1024 * entry.recount.kv_cache.exact + inside, id_


def test_advantages_are_those_of_the_lab(script: Callable[[str, str, Any], Any]) -> None:
    groups = [list(group) for size in (2, 3, 4, 6) for group in itertools.product((0, 1), repeat=size)]
    groups += [[0.5, 2, -1, 7], [3, 3, 3]]
    for group, found in zip(groups, script("group", "input.map(advantages)", groups), strict=True):
        assert found == pytest.approx(list(grpo.advantages(np.array(group, float))), abs=1e-12), group


def test_the_ramp_is_that_of_the_lab(script: Callable[[str, str, Any], Any]) -> None:
    sizes, bounds = ((64, 1e4, 4096), (128, 5e5, 8192)), ((1, 32), (2, 16), (8, 64))
    grid = [(*size, *bound, s) for size in sizes for bound in bounds for s in (1, 4, 40, 64)]
    work = """input.map(([d, b, L, alpha, beta, s]) => {
      const theta = angles(d, b);
      return [theta.map(t => turnsWithin(t, L)), stretched(theta, rampByPair(theta, L, alpha, beta), s), lengthFactor(s)];
    })"""
    for (d, b, L, alpha, beta, s), (turns, speeds, sharp) in zip(grid, script("ramp", work, grid), strict=True):
        theta = rope.angles(d, b)
        assert turns == pytest.approx(list(yarn.turns(theta, L)), rel=1e-9)
        assert speeds == pytest.approx(list(yarn.stretch(theta, yarn.ramp_by_pair(theta, L, alpha, beta), s)), rel=1e-9)
        assert sharp == pytest.approx(yarn.length_factor(s), rel=1e-9)


def test_the_schedules_are_those_of_the_lab(script: Callable[[str, str, Any], Any]) -> None:
    """Every slot of every device, and the report's formulas for the idle time."""
    grid = [(stages, batches) for stages in (2, 4, 6, 10, 16) for batches in (2, 4, 10, 20, 32, 40)]
    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    work = """input.grid.map(([p, m]) => {
      const back = (device, line) => line ? p - 1 - device : device;
      const found = [run(oneFOneB(p, m), d => [0, d], input.times), run(zb1p(p, m), d => [0, d], input.times)];
      if (m >= 2 * p) found.push(run(dualpipe(p, m / 2), (d, line) => [line, back(d, line)], input.times),
        run(dualpipe(p / 2, m / 2, true), (d, line) => [0, back(d, line)], input.times));
      return found.map(rows => [rows, idle(rows)]);
    })"""
    for (p, m), found in zip(grid, script("schedule", work, {"grid": grid, "times": times}), strict=True):
        expected = schedule.runs(p, m)
        assert [json.loads(json.dumps(rows)) for _, rows in expected] == [rows for rows, _ in found], (p, m)
        assert [pipeline.idle(rows) for _, rows in expected] == [each for _, each in found], (p, m)
        formulas = {"1f1b": 3 * (p - 1), "zb1p": p - 1, "dualpipe": 2 * (p // 2 - 1), "dualpipev": 2 * (p // 2 - 1)}
        for name, rows in expected:
            if name != "zb1p" or m >= p:
                assert set(pipeline.idle(rows)) == {formulas[name]}, (name, p, m)


def test_chance_is_the_same_in_the_build_and_in_a_browser(script: Callable[[str, str, Any], Any]) -> None:
    for seed in (0, 2, 77, 12345):
        found = script("tiles", "[[...uniform(3000, input)], [...normal(3000, input)]]", seed)
        assert found == [list(noise.uniform(3000, seed)), list(noise.normal(3000, seed))]
    x = noise.normal(50_000, 1)
    assert abs(x.mean()) < 0.02
    assert abs(x.std() - 1) < 0.02


def test_rounding_to_fp8_is_that_of_the_lab(script: Callable[[str, str, Any], Any]) -> None:
    """Every number of a byte, what lies between, and what is too large; and the errors of a matrix in tiles."""
    numbers = [sign * m * 2.0**e for sign in (1, -1) for m in np.arange(16, 32) / 16 for e in range(-12, 10)]
    numbers += [0.0, 460.0, 1e6, -1e6, *(noise.normal(500, 3) * 100)]
    assert script("tiles", "input.map(fp8)", numbers) == list(fp8.fp8(np.array(numbers)))
    for tile in (16, 128, 512, 8192):
        for times in (1, 10_000, 1_000_000):
            x = tiles.matrix(16, 512, 2, (5, 300), times)
            work = "(e => [[...e], median(e)])(errors(matrix(16, 512, 2, [5, 300], input[1]), input[0]))"
            found, middle = script("tiles", work, [tile, times])
            expected = tiles.errors(x, tile)
            assert found == pytest.approx(list(expected.flat), rel=1e-9, abs=1e-15), (tile, times)
            assert middle == pytest.approx(np.median(expected), rel=1e-9), (tile, times)


def test_the_bias_is_that_of_the_lab(catalogue: Catalogue, script: Callable[[str, str, Any], Any]) -> None:
    """The load of every expert in every step, which one token sent elsewhere would change."""
    data = json.loads(json.dumps(PLAYS["bias-balance"](language_files.load(ENGLISH), catalogue).given))
    work = """input.grid.map(([N, u]) => {
      const { loads, violations, biases } = simulated(input.data, N, u);
      return [loads, violations, biases.map(b => [...b])];
    })"""
    grid = [(N, u) for N in (8, 16, 32) for u in (0, 0.0001, 0.001, 0.03)]
    for (N, u), found in zip(grid, script("bias", work, {"data": data, "grid": grid}), strict=True):
        for part, expected in zip(found, bias.simulated(data, N, u), strict=True):
            np.testing.assert_allclose(part, expected, rtol=0, atol=1e-12, err_msg=f"{N} {u}")


def test_costs_are_those_of_the_lab(catalogue: Catalogue, script: Callable[[str, str, Any], Any]) -> None:
    found = {key: asdict(layer) for key, layer in sparsity.layers(catalogue).items()}
    grid = [(n, k) for n in (1, 127, 128, 4096, 131072, 1048576) for k in (128, 1024, 2048)]
    work = "Object.values(input.layers).map(layer => input.grid.map(([n, k]) => costs(layer, n, k)))"
    for (key, layer), rows in zip(
        found.items(), script("attention", work, {"layers": found, "grid": grid}), strict=True
    ):
        assert [tuple(row) for row in rows] == [sparsity.cost(layer, n, k) for n, k in grid], key
    one = found["dsa"]
    for n, k in grid:
        indexer = (one["index_heads"], one["index_wide"])
        assert sparsity.cost(one, n, k)[:2] == dsa.products(n, k, one["heads"], one["wide"], *indexer)


def test_costs_give_the_share_that_the_report_states(catalogue: Catalogue) -> None:
    """V4-Pro's computation for a token at 1M tokens against V3.2's, with the matrices of both."""
    found = {key: asdict(layer) for key, layer in sparsity.layers(catalogue).items()}
    old, new = (catalogue.entries[id_] for id_ in ("deepseek-v3.2-exp", "deepseek-v4-pro-base"))
    assert old.recount
    assert new.recount
    products = {
        key: sum(sparsity.cost(found[key], 2**20, k)[:2]) for key, k in (("dsa", 2048), ("csa", 1024), ("hca", 0))
    }
    before = dimension(old, "num_hidden_layers") * products["dsa"] + old.recount.activated[COUNTED]
    after = dimension(new, "csa_layers") * products["csa"] + dimension(new, "hca_layers") * products["hca"]
    share = 100 * (after + new.recount.activated[COUNTED]) / before
    label = "Computation per token at 1M context, V4-Pro against V3.2"
    stated = next(fact.value.value for fact in catalogue.techniques["csa"].facts if fact.label.en == label)
    assert share == pytest.approx(float(stated.value), abs=1)


def test_every_script_is_small_and_stands_once(catalogue: Catalogue) -> None:
    words = language_files.load(ENGLISH)
    files = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")}
    assert {PLAYS[name](words, catalogue).script for name in PLAYS} == set(SCRIPTS)
    assert {"figure", *(part for names in SCRIPTS.values() for part in names)} == set(files)
    for name, text in files.items():
        assert len(text.splitlines()) <= 110, name
