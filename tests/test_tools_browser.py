"""A config.json of one's own and the workbench in Chromium: what is typed, what is answered, and what the address keeps."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogue.derive.calculators import MissingFields, memory_footprint
from catalogue.records import Catalogue
from helpers import context_of
from render.pages.what_if import known_presets, preset_lines

pytestmark = pytest.mark.browser
V3 = Path(__file__).parent / "cases" / "configs" / "deepseek-v3-base.json"


def test_a_config_json_becomes_a_column(page: Page, address: str, catalogue: Catalogue) -> None:
    """Totals stand in the text and a third column beside the two; what is cleared takes them away again."""
    page.goto(f"{address}tools/config/")
    expect(page.locator("textarea")).to_have_count(1)
    page.locator("textarea").fill(V3.read_text(encoding="utf-8"))
    total = catalogue.entries["deepseek-v3-base"].recount.total
    expect(page.locator("#config-form output")).to_contain_text(f"{total:,}")
    expect(page.locator("#compare-board thead th")).to_have_count(3)
    expect(page.locator("#config-result [data-save]")).to_have_count(2)
    page.locator("textarea").fill("")
    expect(page.locator("#compare-board thead th")).to_have_count(2)
    expect(page.locator("#config-result")).to_be_hidden()


def test_markup_in_a_config_json_stays_text(page: Page, address: str) -> None:
    """As key, as value, and in a file that is read."""
    config = json.loads(V3.read_text(encoding="utf-8"))
    page.goto(f"{address}tools/config/")
    for bad in ({**config, "<img src=x onerror=alert(1)>": 1}, {**config, "model_type": "<img src=x>"}):
        page.locator("textarea").fill(json.dumps(bad))
        expect(page.locator("#config-form [role=alert]")).to_contain_text("<img src=x")
        expect(page.locator("#config-form output")).to_be_empty()
        assert page.locator("#config-form img, #compare-board img").count() == 0


def test_a_preset_gives_what_the_build_gives(page: Page, address: str, catalogue: Catalogue) -> None:
    """Every line with a label, of each preset and page that begins with one; bytes are said in gigabytes, remarks in sentences."""
    context = context_of(catalogue)
    beyond = context.words("what_if.script.beyond").rpartition("}")[2]
    begins = {
        "tools/memory/": "held",
        "tools/training/": "run",
        **{f"tools/what-if/?x={x}": x for x in known_presets(context)},
    }
    for state, name in begins.items():
        page.goto(address + state)
        lines = page.locator(".ds-calculator data").evaluate_all(
            "all => all.map(d => [d.dataset.line, d.value, d.textContent])"
        )
        assert len(lines) > 4, state
        expected = preset_lines(context, name)
        given = {line: float(expected[line]) for line, *_ in lines}
        assert {line: float(value) for line, value, _ in lines} == pytest.approx(given, rel=1e-12), state
        in_bytes = [said for line, _, said in lines if line.startswith("held_") or line.endswith("_bytes")]
        assert all(said.endswith(" GB") for said in in_bytes), (state, in_bytes)
        remarks = page.locator(".ds-remarks li").all_text_contents()
        assert all(said.endswith(".") and not said.endswith(beyond) for said in remarks), (state, remarks)


@pytest.mark.parametrize(
    "state",
    [
        "tools/memory/?v=deepseek-v4-pro&n=1M&us=8&w=fp8&c=stored&g=nvidia-h20&u=85",
        "tools/training/?v=own&d=2T&a=7B&g=custom&f=500&k=512&p=35&r=2.5",
        "tools/what-if/?t=prefill&v=deepseek-v3&g=nvidia-h200&k=8&n=32K&hc=16K&us=10",
    ],
)
def test_the_address_keeps_the_state(page: Page, address: str, state: str) -> None:
    page.goto(address + state)
    first = page.locator("output").inner_text()
    given = dict(pair.split("=") for pair in state.split("?")[1].split("&"))
    for name, value in given.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    last = list(given)[-1]
    page.locator(f"[name={last}]").fill("50")
    changed = page.locator("output").inner_text()
    assert changed != first
    assert {**given, last: "50"}.items() <= dict(pair.split("=") for pair in page.url.split("?")[1].split("&")).items()
    page.goto(page.url)
    assert page.locator("output").inner_text() == changed


def test_sequences_of_an_old_address_are_users(page: Page, address: str) -> None:
    page.goto(f"{address}tools/memory/?v=deepseek-v3&b=7")
    expect(page.locator("[name=us]")).to_have_value("7")


def test_a_bad_address_names_what_is_wrong_and_what_is_allowed(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(f"{address}tools/memory/?v=gpt-9&g=h999&n=abc&other=1")
    alert = page.locator(".ds-problem")
    expect(alert).to_have_role("alert")
    expect(alert).to_contain_text("gpt-9")
    expect(alert).to_contain_text("h999")
    for id_ in catalogue.gpus:
        expect(alert).to_contain_text(id_)
    expect(page.locator("output")).to_contain_text("found “abc”; allowed is a whole number from 1 to 100M")
    expect(page.locator("[name=n]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-result]")).to_be_hidden()
    page.locator("[name=n]").fill("8K")
    expect(page.locator("[name=n]")).to_have_attribute("aria-invalid", "false")
    expect(page.locator("[data-result]")).to_be_visible()
    expect(alert).to_be_empty()
    for wrong in ("", "0", "-1", "1.5", "1e3", "200M", "2T", "١٢", "<b>x</b>"):
        page.locator("[name=n]").fill(wrong)
        expect(page.locator("output")).to_contain_text(f"found “{wrong}”")
        expect(page.locator("[data-result]")).to_be_hidden()


def test_what_cannot_be_worked_out_is_refused_with_the_reason(page: Page, address: str, catalogue: Catalogue) -> None:
    refused = {
        id_: found for id_, e in catalogue.entries.items() if isinstance(found := memory_footprint(e), MissingFields)
    }
    assert any(found.fields for found in refused.values())
    assert any(not found.fields for found in refused.values())
    page.goto(f"{address}tools/memory/")
    answers = page.evaluate(
        """ids => ids.map(id => {
          const form = document.querySelector(".ds-calculator");
          form.elements.v.value = id;
          form.elements.v.dispatchEvent(new Event("input", {bubbles: true}));
          return [form.querySelector("output").textContent, form.querySelector("[data-result]").checkVisibility()];
        })""",
        list(refused),
    )
    for (id_, found), (said, has_result) in zip(refused.items(), answers, strict=True):
        assert not has_result, id_
        for part in (catalogue.entries[id_].variant.name, *(found.fields or ("architecture",))):
            assert part in said, id_
    for state, says in (
        ("t=training&x=&k=2048&j=7", "divide"),
        ("t=training&x=&k=64&j=8&e=16", "Experts"),
        ("t=prefill&x=&n=4K&hc=4K", "At least one token"),
        ("t=serving&x=&v=own", "Choose a model"),
        ("t=serving&x=&v=deepseek-v3&k=16&tl=3", "128 attention heads"),
        ("t=serving&x=&v=deepseek-v3&k=16&tl=8&pp=3", "divide"),
        ("t=prefill&x=&v=deepseek-v3&k=64&pp=64", "layers, 61"),
    ):
        page.goto(f"{address}tools/what-if/?{state}")
        expect(page.locator("output strong")).to_contain_text(says)
        expect(page.locator("[data-result]")).to_be_hidden()


def test_what_does_not_fit_is_said_first_and_on_how_many_gpus_it_would(page: Page, address: str) -> None:
    """A GPU of one's own may have no FP8; traffic that nothing covers is a part like others."""
    custom = "t=serving&v=deepseek-v3&g=custom&m=48&mb=0.864&f=362&f8=&us=8&n=8K&w=fp8"
    said = page.locator(".ds-answer output")
    page.goto(f"{address}tools/what-if/?{custom}&k=8")
    expect(said).to_contain_text("It does not fit.")
    expect(said).to_contain_text("it fits on 32")
    page.goto(f"{address}tools/what-if/?{custom}&k=1,024&i=1&us=16384")
    expect(said).not_to_contain_text("does not fit")
    expect(said).to_contain_text("All-to-all")
