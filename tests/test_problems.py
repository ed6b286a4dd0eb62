"""Problems: enough of them, asked where they belong, answered by recomputation, and checked in a browser."""

import json
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
import quickjs
from labs import overlap
from playwright.sync_api import Page, expect

from building import ROOT
from catalogue.derive.problems import measured_band
from catalogue.lookup import LookupFailure
from catalogue.records import Catalogue
from catalogue.schema.study import Measured, ProblemKind
from helpers import context_of
from render import problems
from render.context import Context
from render.words import CHINESE, ENGLISH


def test_there_are_problems_on_guides_techniques_and_models(ctx: Context, catalogue: Catalogue) -> None:
    every = ctx.problems
    assert len(every) >= 120
    assert len({p.id for p in every}) == len(every)
    for guide in catalogue.study.guides:
        own = problems.problems_of_page(ctx, f"guide:{guide.id}")
        assert len(own) >= 5, guide.id
        assert sum(p.problem.kind is ProblemKind.COMPUTE and p.problem.level == 1 for p in own) <= 3, guide.id
    kinds = Counter(p.problem.kind for p in every)
    assert set(kinds) == set(ProblemKind)
    assert kinds[ProblemKind.COMPUTE] <= len(every) / 3, "most problems ask for more than one sum"
    assert problems.problems_of_page(ctx, "technique:mla")
    assert problems.homes_of_related(ctx, "model:deepseek-v3")
    asked = [p.id for page in {problems.home_of(p) for p in every} for p in problems.problems_of_page(ctx, page)]
    assert sorted(asked) == sorted(p.id for p in every), "each problem stands on one page"


def test_workings_in_chinese_call_numbers_by_chinese_names(catalogue: Catalogue) -> None:
    ctx = context_of(catalogue, CHINESE)
    own = {name for asked in ctx.problems for name in asked.problem.zh_names if not name.startswith(("n_", "num_"))}
    lines = {}
    for asked in ctx.problems:
        item = problems.problem_item(ctx, asked)
        workings = [*(step["working"] for step in item["steps"]), item["working"]]
        lines[asked.id] = line = re.sub("<[^>]+>", "", " | ".join(map(str, workings)))
        left = own & {word.replace("_", "-") for word in re.findall(r"[a-z_]{3,}", line)} - {"exp"}
        assert not left, (asked.id, line)
    assert "展开 ÷ (吸收 − 还原)" in lines["why-absorb"]


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_an_option_has_one_stop_before_what_is_said_of_it(catalogue: Catalogue, language: str) -> None:
    ctx = context_of(catalogue, language)
    chosen = [asked for asked in ctx.problems if asked.problem.options]
    text = re.sub("<[^>]+>", "", problems.problems_html(ctx, chosen, script=False))
    assert chosen
    assert not re.findall(r".{12}(?:[。.][：:]|\.  )", text)


def test_a_mistake_leads_to_another_number(ctx: Context) -> None:
    for problem in ctx.problems:
        for number, mistake in problem.mistakes:
            off = abs(number / problem.worked.exact - 1)
            assert off > Fraction(problem.problem.tolerance_percent, 100), (problem.id, mistake.formula)


@pytest.mark.browser
def test_an_answer_is_checked_and_remembered(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}guides/attention/")
    line = page.locator(".ds-exercise").first
    box, said = line.locator("input"), line.locator("output")
    for typed, words in (
        ("97,280", "You counted"),
        ("many", "no number"),
        ("2*95*8*(8192/64)", "Right."),
        ("194.56K", "Right."),
    ):
        box.fill(typed)
        box.blur()
        assert words in said.inner_text()
    page.locator(".ds-done input").check()
    page.goto(f"{address}problems/")
    count, file = page.locator(".ds-progress output"), page.locator(".ds-progress input")
    assert count.inner_text().startswith("1 / ")
    with page.expect_download() as saved:
        page.locator("[data-do=export]").click()
    page.locator("[data-do=delete]").click()
    assert count.inner_text().startswith("0 / ")
    page.evaluate("localStorage.clear()")
    (tmp_path / "other.json").write_text('{"name": "package"}', "utf-8")
    for brought, answer in ((tmp_path / "other.json", "no progress of this site"), (saved.value.path(), "1 / ")):
        file.set_input_files(brought)
        expect(count).to_contain_text(answer)
    page.goto(f"{address}guides/attention/")
    assert page.locator(".ds-done input").is_checked()


def test_no_band_says_that_a_probability_may_be_above_one(ctx: Context) -> None:
    asked = problems.problems_html(ctx, problems.problems_of_page(ctx, "guide:alignment"))
    assert re.search(r"lie between 0\.\d+ and 1 in 95 of 100", asked)


def test_the_band_of_a_measured_number_spans_the_seeds(catalogue: Catalogue) -> None:
    band = measured_band(Measured(experiment="balance", column="max_violation", arm="bias"), catalogue.results)
    assert len(band.found) >= 3
    assert band.low < min(band.found) < band.mean < max(band.found) < band.high
    gap = measured_band(Measured(experiment="mla-gqa", column="loss", arm="mla", less="gqa"), catalogue.results)
    assert gap.mean < 0, "differences are taken seed by seed"
    for wrong in ({"experiment": "none-such"}, {"column": "nothing"}, {"arm": "nothing"}):
        asked = Measured(**{"experiment": "balance", "column": "loss", "arm": "bias", **wrong})
        with pytest.raises(LookupFailure):
            measured_band(asked, catalogue.results)


def test_the_script_of_the_chunks_runs_every_order_as_the_lab_does() -> None:
    source = (ROOT / "hooks/render/scripts/puzzles.js").read_text("utf-8").split("function chunks(")[0]
    engine = quickjs.Context()
    spans = "function spans(order, given) { return JSON.stringify(spansOf(JSON.parse(order), JSON.parse(given))); }"
    engine.eval(f"const document = null;{source}{spans}")
    durations = {"compute": overlap.COMPUTE, "send": overlap.SEND}
    given = json.dumps({"needs": overlap.NEEDS, "sent": overlap.SENT_AFTER, **durations})
    orders = list(overlap.possible_orders())
    assert len(orders) == 45
    for order in orders:
        found = json.loads(engine.get("spans")(json.dumps(order), given))
        assert {name: tuple(span) for name, span in found.items()} == overlap.run(order), order


def test_puzzles_have_one_best_answer_that_the_obvious_move_misses() -> None:
    lengths = Counter(overlap.length(order) for order in overlap.possible_orders())
    best = overlap.length(problems.best_order())
    assert (best, lengths[best]) == (13, 1)
    one_by_one = ("attention F", "experts F", "experts B", "experts W", "attention B", "attention W")
    assert overlap.length(one_by_one) == 18
    with pytest.raises(ValueError, match="experts F stands before"):
        overlap.run(("experts F",))
    rule, chosen = problems.experts_of_the_rule(), problems.best_experts()
    assert {node for node, _ in rule} == {0, 1, 2, 3}
    assert len({node for node, _ in chosen}) == problems.NODES
    assert problems.total_score(rule) < problems.total_score(chosen)


@pytest.mark.browser
def test_puzzles_are_played_with_the_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}guides/framework/")
    puzzle = page.locator("[data-puzzle=chunks]")
    for part in problems.best_order():
        puzzle.locator(f"[data-part='{part}']").focus()
        page.keyboard.press("Enter")
    assert "13 units" in puzzle.locator("[role=status]").inner_text()
    assert "ds-solved" in (puzzle.locator("xpath=..").get_attribute("class") or "")
    page.goto(f"{address}guides/experts/")
    puzzle = page.locator("[data-puzzle=routing]")
    for node, place in problems.best_experts():
        puzzle.locator("tr").nth(node).locator("input").nth(place).focus()
        page.keyboard.press("Space")
    assert "No choice is better" in puzzle.locator("[role=status]").inner_text()


@pytest.mark.browser
def test_a_measured_number_is_held_to_the_band(page: Page, address: str, catalogue: Catalogue) -> None:
    band = measured_band(Measured(experiment="balance", column="max_violation", arm="bias"), catalogue.results)
    page.goto(f"{address}guides/experts/")
    problem = page.locator("[data-problem=predict-even-load]")
    foretold, measured = problem.locator("[data-foretold]"), problem.locator("[data-low]")
    foretold.fill("0.2")
    foretold.blur()
    for number, words in ((band.high * 2, "Outside"), (band.mean, "Within")):
        measured.fill(f"{number:.3f}")
        measured.blur()
        assert words in problem.locator("output").inner_text()
    page.reload()
    assert foretold.input_value() == "0.2"
    assert "ds-solved" in (problem.get_attribute("class") or "")


@pytest.mark.browser
def test_all_problems_are_chosen_by_kind_and_level(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + "problems/")
    shown, groups = page.locator(".ds-problem-links li:visible"), page.locator("[data-rows] [role=group]")
    groups.nth(0).get_by_role("button", name="puzzle").click()
    assert all("puzzle" in text for text in shown.locator("small").all_text_contents())
    assert page.locator("h3:visible").count() <= shown.count(), "a page without one has no heading"
    counted = shown.count()
    groups.nth(1).get_by_role("button", name="easy").click()
    assert 0 < shown.count() < counted
