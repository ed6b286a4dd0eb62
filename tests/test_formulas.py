"""Numbers that are sums or powers, quoted or typed, are recomputed; texts beside formulas have their letters."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from labs import rope, yarn

from building import ROOT
from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from catalogue.schema.study import Subject
from catalogue.text import Quote, latex_letters, parse_quotes, quote_problems
from helpers import attention_cost, context_of, table
from render.cite import Citations
from render.context import Context
from render.figures.given import compared_layers
from render.format import format_scientific

CASES = table("formulas")


def _quote(text: str) -> Quote:
    (quote,) = parse_quotes(text)
    assert isinstance(quote, Quote)
    return quote


@pytest.mark.parametrize(("text", "shown"), CASES["sums"])
def test_a_sum_is_worked_out_and_written(ctx: Context, text: str, shown: str) -> None:
    assert shown in str(Citations(ctx).resolve_quote(_quote(text)))


def test_the_working_names_the_source_of_what_went_in(ctx: Context) -> None:
    citations = Citations(ctx)
    citations.resolve_quote(_quote("{{ working('2 * n', 'n=deepseek-v3-base/architecture.num_hidden_layers') }}"))
    cited = [source.key for sources in citations.numbers for source in sources.items]
    assert cited == ["deepseek-v3", "deepseek-v3-repo"]


@pytest.mark.parametrize(("text", "says"), CASES["refused"])
def test_a_sum_that_cannot_be_worked_out_is_refused(look: Lookup, text: str, says: str) -> None:
    (found,) = quote_problems(text, look, {"sources"})
    assert says in found.message


V3, LLM = "deepseek-v3-base", "deepseek-llm/training.pre-training"
LAWS = "details.optimal-{}-as-a-power-of-compute"


def are_in(guide: str, english: str, chinese: str) -> None:
    """Both sentences stand in the guide, with the numbers as they were worked out."""
    for language, sentence in (("en", english), ("zh", chinese)):
        page = (ROOT / "docs" / language / "guides" / f"{guide}.md").read_text(encoding="utf-8")
        assert sentence in " ".join(page.split()), guide


def test_fractions_in_words_are_those_of_the_sums(catalogue: Catalogue) -> None:
    small, large = (catalogue.entries[id_].recount for id_ in ("deepseek-llm-7b-base", V3))
    parts = {term.name: float(term.exact) / float(small.total or 0) for term in small.terms}
    of_v3 = {term.name: float(term.exact) / float(large.total or 0) for term in large.terms}
    attention = sum(part for name, part in of_v3.items() if name.startswith(("mla_", "attention_", "latent_")))
    for part, least, most, english, chinese in (
        (parts["embedding"] + parts["head"], 1 / 9, 1 / 7, "about an eighth of the whole", "约占八分之一"),
        (of_v3["routed_experts"] + of_v3["shared_experts"], 0.95, 1, "more than 95 per cent", "占全模型的 95% 以上"),
        (attention, 0.015, 0.02, "less than two per cent of V3", "还不到 V3 参数量的 2%"),
    ):
        assert least < part < most, english
        are_in("reading-a-model", english, chinese)


def runs(look: Lookup) -> Iterator[tuple[str, float]]:
    """The computation of the two LLM models by the paper's C = M · D, M = 72 layers · width² + 12 layers · width · length."""
    tokens, length = (float(look.find_number(f"{LLM}.{name}")) for name in ("data.tokens", "sequence_length"))
    for variant in ("deepseek-llm-7b-base", "deepseek-llm-67b-base"):
        layers = float(look.find_number(f"{variant}/architecture.num_hidden_layers"))
        width = float(look.find_number(f"{variant}/architecture.hidden_size"))
        yield variant, (72 * layers * width**2 + 12 * layers * width * length) * tokens


def test_ten_times_the_compute_is_split_nearly_evenly(look: Lookup) -> None:
    a, b = (
        float(look.find_number(f"{LLM}.{LAWS.format(what)}-exponent-{name}.value"))
        for what, name in (("model-scale", "a"), ("number-of-tokens", "b"))
    )
    model, tokens = f"{10**a:.1f}", f"{10**b:.1f}"
    are_in(
        "optimisers",
        f"the model grows by {model} and the text by {tokens}",
        f"模型增到 {model} 倍，文本增到 {tokens} 倍",
    )


def test_the_law_of_the_hyperparameters_gives_what_was_used(look: Lookup) -> None:
    small, large = (format_scientific(Decimal(f"{c:.1e}")) for _, c in runs(look))
    are_in(
        "optimisers",
        f"the 7B took {small} operations and the 67B {large}",
        f"7B 用了 {small} 次运算，67B 用了 {large} 次",
    )
    fit = float(look.find_number(f"{LLM}.details.largest-compute-budget-of-that-fit.value"))
    (_, least), _ = runs(look)
    assert least / fit > 2000  # "thousands of times", 几千倍
    for variant, c in runs(look):
        for what, used, percent in (
            ("learning-rate", look.find_number(f"{LLM}.learning_rate.peak@{variant}"), 3),
            (
                "batch-size",
                look.find_number(f"{LLM}.batch_size.sequences@{variant}") * look.find_number(f"{LLM}.sequence_length"),
                10,
            ),
        ):
            coefficient, exponent = (
                float(look.find_number(f"{LLM}.{LAWS.format(what)}-{part}.value"))
                for part in ("coefficient", "exponent")
            )
            assert 100 * abs(coefficient * c**exponent / float(used) - 1) < percent, (variant, what)


def test_the_slowest_pair_of_v3_and_the_classes_of_all(look: Lookup) -> None:
    rotated = int(look.find_number(f"{V3}/architecture.qk_rope_head_dim"))
    base = float(look.find_number(f"{V3}/architecture.rope_theta"))
    length, fast, slow = (
        float(look.find_number(f"{V3}/architecture.rope_scaling.{name}"))
        for name in ("original_max_position_embeddings", "beta_fast", "beta_slow")
    )
    theta = rope.angles(rotated, base)
    pairs = len(theta)
    are_in("long-context", f"with position, so {pairs} pairs;", f"个元素，即 {pairs} 对；")
    are_in("long-context", f"<sup>{rotated - 2}/{rotated}</sup>", f"<sup>{rotated - 2}/{rotated}</sup>")
    kept = yarn.ramp_by_pair(theta, length, slow, fast)
    stay, slowed = int(np.sum(kept == 1)), int(np.sum(kept == 0))
    mixed = pairs - stay - slowed
    are_in(
        "long-context",
        f"{stay} stay, {mixed} are mixed and {slowed} are slowed",
        f"{stay} 对不变，{mixed} 对混合，{slowed} 对放慢",
    )


def test_the_machines_that_hold_v3(look: Lookup) -> None:
    """Precision: three of eight H800 for two bytes a weight, two for one byte, one with the experts in half a byte."""
    total = float(look.find_number(f"{V3}/parameters.total"))
    names = ("hidden_size", "moe_intermediate_size", "n_routed_experts", "num_hidden_layers", "first_k_dense_replace")
    width, inner, experts, layers, dense = (float(look.find_number(f"{V3}/architecture.{name}")) for name in names)
    routed = 3 * width * inner * experts * (layers - dense)
    machine = 8 * 80e9
    machines = [int(-(-size // machine)) for size in (2 * total, total, total - routed / 2)]
    assert machines == [3, 2, 1]
    are_in(
        "precision",
        "V3 in BF16 needs three machines before the first token is cached and in FP8 two; with its experts in four bits one would do",
        "BF16 的 V3 就要三台机器，FP8 要两台；若专家用 4 位，一台就够",
    )


def test_the_figure_of_sparse_attention_adds_up_to_the_share_of_v4_pro(catalogue: Catalogue, look: Lookup) -> None:
    """At a million tokens the products of the figure and the matrices give the report's share to within a percentage point."""
    context = 1 << 20

    def products(variant: str, layers: dict[str, str]) -> float:
        found = {key: compared_layers(context_of(catalogue))[key] for key in layers}
        entry = catalogue.entries[variant]
        return entry.recount.activated[ACTIVATED_CONVENTION] + sum(
            float(look.find_number(f"{variant}/architecture.{field}"))
            * sum(attention_cost(found[key], context, int(look.find_number(f"{variant}/architecture.index_topk")))[:2])
            for key, field in layers.items()
        )

    ours = products("deepseek-v4-pro-base", {"csa": "csa_layers", "hca": "hca_layers"})
    before = products("deepseek-v3.2-exp", {"dsa": "num_hidden_layers"})
    published = look.find_number("csa/facts.computation-per-token-at-1m-context-v4-pro-against-v3-2.value")
    assert abs(100 * ours / before - float(published)) < 1


@pytest.mark.parametrize(
    ("subject", "techniques", "own"),
    [
        # K answers are ranked, c and w are weights of a sum, N teachers, P, Q and O distributions and sets, I an indicator; φ are a reward model's.
        (
            Subject.POLICY,
            "ppo dpo rlhf grpo sft rejection-sampling on-policy-distillation",
            "K, c, w, N, P, Q, O, varphi, E, mathbb I",
        ),
        (Subject.LEARNING, "adamw in-place-cross-entropy", ""),
    ],
    ids=["policies", "learning"],
)
def test_technique_pages_write_the_letters_of_the_table_of_symbols(
    catalogue: Catalogue, subject: Subject, techniques: str, own: str
) -> None:
    table = set().union(*(latex_letters(symbol.latex) for symbol in catalogue.study.symbols[subject]))
    for id_ in techniques.split():
        for formula in catalogue.techniques[id_].formulas:
            assert latex_letters(formula.latex) <= table | set(own.split(", ")), (id_, formula.latex)
