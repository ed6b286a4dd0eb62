"""The calculators in Chromium: the digits of the build, keyboard, address, refusals; and what their pages say without a script."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from playwright.sync_api import Page, expect

from catalogue.derive.calculators import (
    MEMORY,
    TRAINING,
    MemoryFootprint,
    MissingFields,
    Number,
    evaluate_lines,
    memory_footprint,
    memory_forms,
    memory_numbers,
    training_effort,
)
from catalogue.derive.training import reference_run
from catalogue.records import Catalogue, Entry
from render.pages.calculators import BITS, MIXED, USABLE_PERCENT
from test_calculators import able

pytestmark = pytest.mark.browser

LENGTHS = {"1": 1, "100": 100, "4K": 4 * 1024, "128K": 128 * 1024, "1M": 1024**2}
GPU = "nvidia-h800"
# Context length, sequences, format of the weights and of the cache: fewer tokens than a window holds, and more.
FOOTPRINTS = (
    *((length, "7", "mixed", "fp8") for length in ("1", "1M")),
    *((length, "1", "bf16", "bf16") for length in ("100", "1M")),
    *((length, "3", "fp4", "stored") for length in ("1", "100", "1M")),
)

# Puts one choice after the other into the form and reads the results, as fast as the page works them out.
DRIVE = """
choices => choices.map(choice => {
  const form = document.querySelector(".ds-calculator");
  for (const [name, value] of Object.entries(choice)) form.elements[name].value = value;
  form.elements.n?.dispatchEvent(new Event("input", {bubbles: true}));
  const shown = !form.querySelector("[data-result]").hidden;
  const results = [...form.querySelectorAll("data")].map(data => [data.dataset.line, data.value]);
  return shown ? Object.fromEntries(results) : null;
})
"""


@pytest.fixture(scope="module")
def start(catalogue: Catalogue) -> Entry:
    entry = reference_run(catalogue)
    assert entry is not None
    return entry


def memory_of(catalogue: Catalogue, found: MemoryFootprint, choice: dict[str, str]) -> dict[str, str]:
    """What Python makes of a choice."""
    gpu = catalogue.gpus[GPU].memory_gb.value
    stored, mixed = choice["c"] == "stored", choice["w"] == "mixed"
    numbers: dict[str, Number] = {
        **memory_numbers(found),
        **(MIXED if mixed else {"weight_bits": BITS[choice["w"]]}),
        "cache_bits": BITS.get(choice["c"], 0),
        "context_length": LENGTHS[choice["n"]],
        "sequences": int(choice["b"]),
        "gpu_memory": Fraction(gpu.value) * 10**9,
        "usable_percent": USABLE_PERCENT,
    }
    lines = evaluate_lines(MEMORY, memory_forms(found, mixed, stored), numbers)
    return {name: str(line.value) for name, line in lines.items()}


def test_memory_of_every_variant_is_that_of_the_build_and_its_share_counts_weights_and_cache(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    page.goto(f"{address}tools/memory/")
    variants = able(catalogue)
    choices = [
        {"v": id_, "n": length, "b": sequences, "w": weights, "c": cache}
        for id_, found in variants.items()
        for length, sequences, weights, cache in FOOTPRINTS
        if cache != "stored" or found.stored_cache is not None
    ]
    shown = page.evaluate(DRIVE, choices)
    for choice, results in zip(choices, shown, strict=True):
        assert results is not None, choice
        expected = memory_of(catalogue, variants[choice["v"]], choice)
        assert {name: results[name] for name in expected} == expected, choice

    id_, found = max(variants.items(), key=lambda item: item[1].cache_elements)
    choice = {"v": id_, "n": "4K", "b": "7", "w": "fp4", "c": "bf16"}
    page.evaluate(DRIVE, [choice])
    numbers = {name: Fraction(value) for name, value in memory_of(catalogue, found, choice).items()}
    gpu = catalogue.gpus[GPU].memory_gb.value
    usable = numbers["gpus"] * Fraction(gpu.value) * 10**9 * USABLE_PERCENT / 100
    shares = [numbers[part] / usable for part in ("weight_bytes", "cache_bytes")]
    assert min(shares) > Fraction(1, 50)  # either would be missed
    (said,) = re.findall(r"([\d.]+)% of what these GPUs can use", page.locator(".ds-calculator").inner_text())
    assert float(said) == pytest.approx(float(100 * sum(shares)), rel=0.01)


def test_training_of_every_variant_is_that_of_the_build(
    page: Page,
    address: str,
    catalogue: Catalogue,
    start: Entry,
) -> None:
    peak = catalogue.gpus[GPU].bf16_tflops.value
    page.goto(f"{address}tools/training/")
    efforts = {id_: training_effort(entry) for id_, entry in catalogue.entries.items()}
    worked = {id_: found for id_, found in efforts.items() if not isinstance(found, MissingFields)}
    shown = page.evaluate(
        """([ids, gpu]) => ids.map(id => {
          const f = document.querySelector(".ds-calculator");
          f.elements.v.value = id;
          f.elements.v.dispatchEvent(new Event("input", {bubbles: true}));
          for (const [k, x] of Object.entries({d: "1.5T", s: "4K", g: gpu, k: "96", p: "40.5", r: "1.75"})) f.elements[k].value = x;
          f.elements.d.dispatchEvent(new Event("input", {bubbles: true}));
          return [...document.querySelectorAll("data")].map(d => [d.dataset.line, d.value]);
        })""",
        [list(worked), GPU],
    )
    for (id_, found), results in zip(worked.items(), shown, strict=True):
        numbers: dict[str, Number] = {
            "matrix_flops": found.matrix_flops,
            "attention_flops_per_position": found.attention_flops_per_position or 0,
            "sequence_length": 4096,
            "tokens": 15 * 10**11,
            "peak_flops": Fraction(peak.value) * 10**12,
            "utilisation_percent": Fraction("40.5"),
            "gpu_count": 96,
            "price_per_gpu_hour": Fraction("1.75"),
        }
        attention = "attention" if found.attention_flops_per_position is not None else ""
        lines = evaluate_lines(TRAINING, dict.fromkeys(TRAINING, "") | {"flops_per_token": attention}, numbers)
        assert dict(results) == {name: str(line.value) for name, line in lines.items()}, id_


@pytest.mark.parametrize(
    "state",
    [
        "tools/memory/?v=deepseek-v4-pro&n=1M&b=8&w=fp8&c=stored&g=nvidia-h20&u=85",
        "tools/training/?v=own&d=2T&a=7B&g=custom&f=500&k=512&p=35&r=2.5",
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


def test_a_bad_address_names_what_is_wrong_and_what_is_allowed(
    page: Page,
    address: str,
    catalogue: Catalogue,
    start: Entry,
) -> None:
    page.goto(f"{address}tools/memory/?v=gpt-9&g=h999&n=abc&other=1")
    alert = page.locator(".ds-problem")
    expect(alert).to_have_role("alert")
    expect(alert).to_contain_text("gpt-9")
    expect(alert).to_contain_text("h999")
    for id_ in catalogue.gpus:
        expect(alert).to_contain_text(id_)
    expect(page.locator("[name=v]")).to_have_value(start.variant.id)
    expect(page.locator("output")).to_contain_text("found “abc”; allowed is a whole number from 1 to 100M")
    expect(page.locator("[name=n]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-result]")).to_be_hidden()
    page.locator("[name=n]").fill("8K")
    expect(page.locator("[name=n]")).to_have_attribute("aria-invalid", "false")
    expect(page.locator("[data-result]")).to_be_visible()
    expect(alert).to_be_empty()
    for wrong in ("", "0", "-1", "1.5", "1e3", "200M", "2T", "١٢"):
        page.locator("[name=n]").fill(wrong)
        expect(page.locator("output")).to_contain_text(f"found “{wrong}”")
        expect(page.locator("[data-result]")).to_be_hidden()


def test_variants_without_data_are_refused_with_the_reason(page: Page, address: str, catalogue: Catalogue) -> None:
    refused = {
        id_: found for id_, e in catalogue.entries.items() if isinstance(found := memory_footprint(e), MissingFields)
    }
    assert any(found.fields for found in refused.values())
    assert any(not found.fields for found in refused.values())
    for kind in ("memory", "training"):
        page.goto(f"{address}tools/{kind}/")
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
