"""Interactive figures: each script works out what labs/ and the catalogue work out, and draws every state that its inputs allow."""

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import quickjs
from labs import balance, dsa, dualpipe, fp8, grpo, pipeline, rope, speculative, yarn, zero_bubble

from catalogue.derive.calculators import MissingFields, memory_footprint
from catalogue.records import Catalogue
from helpers import SIMULATED, attention_cost, calculated_cache, context_of, ends_of_inputs
from render.assets import play_source
from render.context import Context
from render.figures.engine import FIGURES, figure_of
from render.figures.given import architecture_number, cache_of, caches_of_the_line, compared_layers
from render.technique_figures import frames_of

_LENGTH = re.compile(r'(?:width|height)="([^"]*)"')


def script(name: str, expression: str, given: Any) -> Any:
    """Value of an expression behind a script of `scripts/play/`, with `input`; as JSON, which keeps every digit."""
    engine = quickjs.Context()
    engine.eval(
        f"globalThis.work = given => {{ {play_source(name)}\nfunction figure() {{}}\n"
        f"const input = JSON.parse(given); return JSON.stringify({expression}); }}"
    )
    return json.loads(engine.get("work")(json.dumps(given)))


PLAYS = [name for name, figure in FIGURES.items() if figure.script]


@pytest.mark.parametrize("name", PLAYS)
def test_every_state_is_drawn_and_said(name: str, ctx: Context) -> None:
    """What takes seconds is drawn in one state beside the first."""
    play = figure_of(ctx, name)
    (first, sentence), states = play.draw(), ends_of_inputs(play, combined=name not in SIMULATED)
    changed = set()
    if name in SIMULATED:
        states = [{SIMULATED[name]: states[-1][SIMULATED[name]]}]
    for state in states:
        panels, said = play.draw(state)
        assert len(panels) == len(first), state
        text = said + "".join(panel.shapes + panel.title for panel in panels)
        assert not re.search(r"NaN|Infinity|undefined|null|\{\w+\}", text), state
        assert all(float(length) >= 0 for length in _LENGTH.findall(text)), state
        changed.add((said != sentence, [p.shapes for p in panels] != [p.shapes for p in first]))
    assert (True, True) in changed, "an input changes the drawing and the sentence"


def test_a_figure_begins_where_the_text_is(ctx: Context) -> None:
    """Its first sentence says V3's numbers, or those of the opening picture of its technique; so says what stands without a script and on paper."""
    said = {name: figure_of(ctx, name).draw()[1] for name in PLAYS}
    factor = architecture_number(ctx.catalogue.entries["deepseek-v3-base"], "rope_scaling.factor")
    assert f"Stretched {factor:g} times" in said["yarn"]
    opening = " ".join(str(frame.says) for frame in frames_of(ctx, "grpo"))
    [(size, right)] = re.findall(r"(\d+) answers to one question, (\d+) of them right", opening)
    [(up, down)] = re.findall(r"the spread: (\S+) for a right answer, (\S+) for", opening)
    assert said["grpo"].startswith(f"{right} of {size} answers right")
    assert f"a right one gets the advantage {up}, a wrong one {down}." in said["grpo"].replace("+", "")
    for name in ("readers", "sparsity-cost"):
        assert "128K tokens" in said[name], "the length that the guide compares models at"
    line = caches_of_the_line(ctx)
    counts = [int(text.replace(",", "")) for text in re.findall(r"([\d,]+)(?: readers?)? of ", said["readers"])]
    shown = [line[0], line[len(line) // 2], line[-1]]
    assert [model["name"] in said["readers"] for model in shown] == [True] * 3
    assert counts == [
        80 * 10**9 // cache for cache in script("attention", "input.map(m => cacheBytes(m, 2 ** 17))", shown)
    ]
    faster = ctx.lookup.find_number("model:deepseek-v3/serving.mtp-as-drafter-tokens-per-second.value")
    assert f"{faster} times" in re.sub(r"(\d\.\d)\d times", r"\1 times", said["speculative"])
    assert "DualPipe is done after" in said["pipelines"]
    assert said["pipelines"].count("to go") == 2


def test_guessing_ahead_is_that_of_the_lab() -> None:
    grid = [(a / 20, gamma, c / 10) for a in range(21) for gamma in (1, 2, 3, 5, 8) for c in range(6)]
    found = script("speculative", "input.map(([a, g, c]) => [tokensPerPass(a, g), speedup(a, g, c)])", grid)
    for (alpha, gamma, c), (tokens, times) in zip(grid, found, strict=True):
        assert tokens == pytest.approx(speculative.tokens_per_pass(alpha, gamma), rel=1e-9)
        assert times == pytest.approx(speculative.speedup(alpha, gamma, c), rel=1e-9)


def test_caches_are_those_of_the_catalogue(catalogue: Catalogue) -> None:
    """Every architecture, to the byte: the calculator's line, and the recount of a token on the model's page."""
    found = {entry.variant.id: (entry, memory_footprint(entry)) for entry in catalogue.entries.values()}
    counted = {id_: pair for id_, pair in found.items() if not isinstance(pair[1], MissingFields)}
    lengths = [2**10, 2**17, 2**20, 1, 100, 4097]
    work = "input.models.map(model => input.lengths.map(length => cacheBytes(model, length)))"
    given = {"models": [cache_of(*pair) for pair in counted.values()], "lengths": lengths}
    assert len(counted) > 30
    for (id_, (entry, footprint)), row in zip(counted.items(), script("attention", work, given), strict=True):
        assert row == [calculated_cache(footprint, length).value for length in lengths], id_
        inside = 2 * min(1024, footprint.sliding_window) * footprint.window_elements
        kept = 2 * footprint.state_elements
        assert row[0] == 2 * 1024 * entry.recount.kv_cache.exact + inside + kept, id_


def test_bricks_fill_a_wall_to_scale_and_lie_apart() -> None:
    """Of one area each, inside the wall, no two on one another, for whatever goes in how often."""
    fits = [1, 1.57, 2.66, 3.0, 7.11, 8.69, 13.2, 61.6, 188.3, 400.5, 1499.9]
    for much, bricks in zip(
        fits, script("attention", "input.map(n => bricksIn(82, 160, 82 * 160 / n, Math.floor(n)))", fits), strict=True
    ):
        x, y, wide, tall = np.array(bricks).T
        assert len(bricks) == int(much)
        assert wide * tall == pytest.approx([82 * 160 / much] * len(bricks))
        assert min(x.min(), y.min()) > -1e-6
        assert max((x + wide).max() / 82, (y + tall).max() / 160) < 1 + 1e-6
        across = np.minimum.outer(x + wide, x + wide) - np.maximum.outer(x, x)
        down = np.minimum.outer(y + tall, y + tall) - np.maximum.outer(y, y)
        assert ((across > 1e-6) & (down > 1e-6)).sum() == len(bricks), "each only on itself"


def test_advantages_are_those_of_the_lab() -> None:
    groups = [list(group) for size in (2, 3, 4, 6) for group in itertools.product((0, 1), repeat=size)]
    groups += [[0.5, 2, -1, 7], [3, 3, 3]]
    for group, found in zip(groups, script("grpo", "input.map(advantages)", groups), strict=True):
        assert found == pytest.approx(list(grpo.advantages(np.array(group, float))), abs=1e-12), group


def test_the_ramp_is_that_of_the_lab() -> None:
    sizes, bounds = ((64, 1e4, 4096), (128, 5e5, 8192)), ((1, 32), (2, 16), (8, 64))
    grid = [(*size, *bound, s) for size in sizes for bound in bounds for s in (1, 4, 40, 64)]
    work = """input.map(([d, b, L, alpha, beta, s]) => {
      const theta = angles(d, b);
      return [theta.map(t => turnsWithin(t, L)), stretched(theta, rampByPair(theta, L, alpha, beta), s), lengthFactor(s)];
    })"""
    for (d, b, L, alpha, beta, s), (turns, speeds, sharp) in zip(grid, script("yarn", work, grid), strict=True):
        theta = rope.angles(d, b)
        assert turns == pytest.approx(list(yarn.turns(theta, L)), rel=1e-9)
        assert speeds == pytest.approx(list(yarn.stretch(theta, yarn.ramp_by_pair(theta, L, alpha, beta), s)), rel=1e-9)
        assert sharp == pytest.approx(yarn.length_factor(s), rel=1e-9)


def test_the_schedules_are_those_of_the_lab() -> None:
    """Every slot of every device, and the report's formulas for the idle time."""
    grid = [(stages, batches) for stages in (2, 4, 10, 16) for batches in (2, 4, 10, 20, 40)]
    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    work = """input.grid.map(([p, m]) =>
      Object.values(raced(p, m, input.times)).map(rows => [rows, idle(rows, input.times)]))"""
    for (p, m), found in zip(grid, script("pipelines", work, {"grid": grid, "times": times}), strict=True):
        expected = lab_schedules(p, m, times)
        assert [json.loads(json.dumps(rows)) for rows in expected.values()] == [rows for rows, _ in found], (p, m)
        assert [pipeline.idle(rows) for rows in expected.values()] == [each for _, each in found], (p, m)
        formulas = {"1f1b": 3 * (p - 1), "zb1p": p - 1, "dualpipe": 2 * (p // 2 - 1)}
        for name, rows in expected.items():
            if name != "zb1p" or m >= p:
                assert set(pipeline.idle(rows)) == {formulas[name]}, (name, p, m)


def lab_schedules(stages: int, batches: int, times: dict[str, int]) -> dict[str, Any]:
    """The schedules that are possible: DualPipe needs two micro-batches for each stage."""
    lines = [("1f1b", pipeline.one_f_one_b(stages, batches)), ("zb1p", zero_bubble.zb1p(stages, batches))]
    found = {name: pipeline.run(order, lambda device, line: (0, device), times) for name, order in lines}
    if batches >= 2 * stages:
        half = batches // 2

        def mirrored(device: int, line: int) -> int:
            return device if line == 0 else stages - 1 - device

        found["dualpipe"] = pipeline.run(
            dualpipe.dualpipe(stages, half), lambda device, line: (line, mirrored(device, line)), times
        )
    return found


def test_rounding_to_fp8_is_that_of_the_lab() -> None:
    """Every number of a byte, what lies between, and what is too large; and the losses of a matrix in tiles."""
    numbers = [sign * m * 2.0**e for sign in (1, -1) for m in np.arange(16, 32) / 16 for e in range(-12, 10)]
    numbers += [0.0, 460.0, 1e6, -1e6, *(np.random.default_rng(3).normal(size=500) * 100)]
    assert script("fp8_tiles", "input.map(fp8)", numbers) == list(fp8.fp8(np.array(numbers)))
    work = """(x => (({ zero, coarse, median }) => [[...x], zero, coarse, median])(losses(x, input.tile)))(
      matrix(16, 512, 2, input.spread, [5, 300], input.outlier))"""
    for tile, spread, outlier in itertools.product((16, 128, 8192), (0, 6), (1, 1000)):
        found, zero, coarse, median = script("fp8_tiles", work, {"tile": tile, "spread": spread, "outlier": outlier})
        x = np.array(found).reshape(16, 512)
        rows = 16 if tile == x.size else 1
        quantised, scale = fp8.quantise(x, rows, tile // rows)
        assert zero == np.mean(quantised == 0)
        assert zero + coarse == np.mean(np.abs(x / scale) < 2.0**-6)
        assert median == pytest.approx(np.median(np.abs(x - scale * quantised) / np.abs(x)), rel=1e-9)


def test_one_scale_loses_small_numbers_and_tiles_do_not(ctx: Context) -> None:
    """What the guide says beside the figure: range is the trouble, and an outlier among numbers of one size does no harm."""
    work = "input.map(([tile, spread, outlier]) => losses(matrix(16, 512, 2, spread, [5, 300], outlier), tile))"
    play = figure_of(ctx, "fp8-tiles")
    start = play.start["spread"]
    states = [[8192, start, 1], [128, start, 1], [8192, 0, 1], [8192, 0, 1000]]
    whole, tiles, plain, outlier = script("fp8_tiles", work, states)
    assert whole["zero"] + whole["coarse"] > 0.1 > 0.01 > tiles["zero"] + tiles["coarse"]
    assert outlier["median"] == pytest.approx(plain["median"], rel=0.1)


def test_sums_are_promoted_before_they_lose_bits() -> None:
    assert fp8.dot_error(4096) > 10 * fp8.dot_error(4096, every=128)
    assert fp8.dot_error(4096) == pytest.approx(32 * fp8.dot_error(128), rel=0.3), "the error grows with the length"


def test_the_bias_is_that_of_the_lab(catalogue: Catalogue) -> None:
    """The load of every expert in every step, which one token sent elsewhere would change."""
    data = json.loads(json.dumps(figure_of(context_of(catalogue), "bias-balance").script_data))
    data["rounds"] = 60
    work = """input.grid.map(([N, u]) => {
      const { loads, violations, biases } = simulated(input.data, N, u);
      return [loads, violations, biases.map(b => [...b])];
    })"""
    grid = [(8, 0.0001), (8, 0), (16, 0.03)]
    table = np.array(script("bias_balance", "[...normal(input.table, input.seed)]", data))

    def noise(experts: int) -> Callable[[int], np.ndarray]:
        places = np.arange(data["tokens"] * experts)
        return lambda step: table[(places + step * data["stride"]) % len(table)].reshape(-1, experts)

    for (N, u), found in zip(grid, script("bias_balance", work, {"data": data, "grid": grid}), strict=True):
        simulated = balance.simulate(data["rounds"], N, N // data["sparsity"], data["tokens"], u, noise=noise(N))
        for part, expected in zip(found, simulated, strict=True):
            np.testing.assert_allclose(part, expected, rtol=0, atol=1e-12, err_msg=f"{N} {u}")


def test_costs_are_those_of_the_lab(catalogue: Catalogue) -> None:
    found = compared_layers(context_of(catalogue))
    grid = [(n, k) for n in (1, 127, 128, 4096, 131072, 1048576) for k in (128, 1024, 2048)]
    work = "Object.values(input.layers).map(layer => input.grid.map(([n, k]) => costs(layer, n, k)))"
    for (key, layer), rows in zip(
        found.items(), script("attention", work, {"layers": found, "grid": grid}), strict=True
    ):
        assert [tuple(row) for row in rows] == [attention_cost(layer, n, k) for n, k in grid], key
    one = found["dsa"]
    for n, k in grid:
        indexer = (one["index_heads"], one["index_wide"])
        assert attention_cost(one, n, k)[:2] == dsa.products(n, k, one["heads"], one["wide"], *indexer)
