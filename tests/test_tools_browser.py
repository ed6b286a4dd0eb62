"""A config.json of one's own and the workbench in Chromium: what is typed, what is answered, by keyboard and from the address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogue.records import Catalogue

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


def test_the_workbench_keeps_its_state_in_the_address(page: Page, address: str) -> None:
    """A preset sets its fields; a change makes it one's own choice, and the address leads back to it."""
    page.goto(f"{address}tools/what-if/?x=v3_day")
    expect(page.locator(".ds-calculator [name=t]")).to_have_value("serving")
    page.locator(".ds-calculator [name=us]").fill("1000")
    answer = page.locator(".ds-calculator output").inner_text()
    assert "1,000" in answer
    page.goto(page.url)
    expect(page.locator(".ds-calculator [name=x]")).to_have_value("")
    assert page.locator(".ds-calculator output").inner_text() == answer


def test_the_workbench_says_what_does_not_fit(page: Page, address: str) -> None:
    page.goto(f"{address}tools/what-if/")
    page.locator(".ds-calculator [name=j]").fill("7")
    expect(page.locator(".ds-calculator strong")).to_contain_text("divide")
    expect(page.locator(".ds-calculator [data-result]")).to_be_hidden()
    page.locator(".ds-calculator [name=j]").fill("<b>x</b>")
    expect(page.locator(".ds-calculator strong")).to_contain_text("<b>x</b>")
