"""A config.json as an architecture: every key is a field, follows into one, has a reason, or is named; and what `make new` makes of it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalogue import new_entry
from catalogue.attention import KINDS
from catalogue.config_json import LEFT_OUT, NoConfig, parse_config, read_config
from catalogue.derive.expression import parse_layout, shorten_layout
from catalogue.files import ENTRIES, REFERENCES
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.model import Model
from catalogue.schema.values import Block, Single
from catalogue.upkeep import WORTH, missing_values
from helpers import check, edit, findings_of

CONFIGS = Path(__file__).parent / "cases" / "configs"
# Where the entry differs from the file on purpose: reports state another value, or the file has none.
FROM_ELSEWHERE = {
    "deepseek-v3-base": {"initializer_range"},  # the report's 0.006
    "deepseek-v4-flash-base": {"first_k_dense_replace", "initializer_range"},
    "deepseek-v4.1-flash-base": {"first_k_dense_replace", "gate_biases"},
}


def config(id_: str = "deepseek-v3-base", **more: object) -> dict[str, Any]:
    """A released file, with keys beside its own."""
    return {**json.loads((CONFIGS / f"{id_}.json").read_text(encoding="utf-8")), **more}


def stated(block: Block, prefix: str = "") -> Iterator[tuple[str, str]]:
    """What an architecture states, as text by field."""
    for name in type(block).model_fields:
        value = getattr(block, name)
        if isinstance(value, Single):
            if value.value is not None:
                yield prefix + name, plain(getattr(value.value, "value", value.value))
        elif isinstance(value, Block):
            yield from stated(value, f"{prefix}{name}.")


def read(fields: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from read(value, f"{prefix}{name}.")
        else:
            yield prefix + name, plain(value)


def plain(value: object) -> str:
    """A value as text: numbers by what they are, layouts by their layers."""
    if isinstance(value, bool):
        return str(value)
    try:
        return str(Decimal(str(value)).normalize())
    except ArithmeticError:
        return " ".join(parse_layout(str(value))) if "*" in str(value) else str(value)


@pytest.mark.parametrize("id_", sorted(FROM_ELSEWHERE))
def test_a_configuration_says_what_the_catalogue_says(id_: str, catalogue: Catalogue) -> None:
    """Read again from the released files: the same kind of attention, the same layers, the same numbers."""
    reading = read_config(config(id_))
    assert reading.unknown == {}
    ours, theirs = dict(stated(catalogue.entries[id_].architecture)), dict(read(reading.fields))
    assert {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} <= FROM_ELSEWHERE[id_]
    assert set(reading.needed) <= FROM_ELSEWHERE[id_]
    assert len(theirs) > 30


def test_a_share_of_a_head_that_no_field_says_is_named() -> None:
    """With `qk_rope_head_dim` it follows from that; without, nothing of the architecture says it."""
    bare = {"hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}
    for keys in (bare | {"partial_rotary_factor": 0.25}, bare | {"rope_parameters": {"partial_rotary_factor": 0.25}}):
        assert "`partial_rotary_factor: 0.25` has no field without `qk_rope_head_dim`" in " ".join(
            read_config(keys).remarks
        )
    for keys in (bare | {"partial_rotary_factor": 1}, config(partial_rotary_factor=0.25)):
        assert "partial_rotary_factor" not in " ".join(read_config(keys).remarks)


def test_no_key_is_dropped_in_silence() -> None:
    """Of a file with every key that is known and one that is not, each stands somewhere in the answer."""
    unknown = {"xsa_full_interval": 4, "attention_dropout": 0.1}
    given = config(**unknown, rope_scaling={**config()["rope_scaling"], "phase": 3})
    reading = read_config(given)
    assert reading.unknown == {**unknown, "rope_scaling.phase": 3}
    formats = {"torch_dtype", "quantization_config"}
    said = reading.fields.keys() | reading.left_out.keys() | {"rope_scaling"} | formats | reading.unknown.keys()
    assert given.keys() <= said
    assert reading.weights_format == "FP8 (E4M3)"


def test_where_a_key_is_unknown_nobody_guesses_the_attention() -> None:
    assert read_config(config()).fields["attention"] == "MLA"
    reading = read_config(config(xsa_full_interval=4))
    assert reading.fields["attention"] is None
    said = "\n".join(reading.remarks)
    assert "MLA by `kv_lora_rank`, unless an unknown key says otherwise" in said
    assert "`xsa_full_interval: 4` is known to no field" in said


def test_names_and_nulls_of_other_makers_become_fields() -> None:
    """A query that is not compressed, experts under other names, a whole number with a point."""
    ours = config()
    del ours["rope_scaling"]
    for name, field in (("num_experts", "n_routed_experts"), ("num_experts_per_token", "num_experts_per_tok")):
        ours[name] = ours.pop(field)
    reading = read_config(parse_config(json.dumps({**ours, "rope_theta": 10000.0, "q_lora_rank": None})))
    assert reading.unknown == {}
    assert reading.fields["q_lora_rank"] == "not applicable"
    assert str(reading.fields["rope_theta"]) == "10000"
    assert (reading.fields["feed_forward"], reading.fields["n_routed_experts"]) == ("DeepSeekMoE", 256)
    assert "q_lora_rank" not in {*reading.needed, *reading.left_out}
    del ours["num_experts"]
    assert read_config(ours).fields["feed_forward"] is None, "which nobody guesses"


def test_heads_tell_the_kinds_without_keys_of_their_own() -> None:
    base = {"num_hidden_layers": 2, "hidden_size": 64, "vocab_size": 100, "num_attention_heads": 8}
    for shared, kind in ((8, "MHA"), (2, "GQA"), (1, "MQA")):
        for key in ("num_key_value_heads", "num_attention_groups"):
            assert read_config({**base, key: shared}).fields["attention"] == kind
    assert read_config(base).fields["attention"] is None
    assert {key for kind in KINDS.values() for key in kind.config_keys}.isdisjoint(LEFT_OUT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "config.json:1: this is not JSON"),
        ("[]", "allowed is an object"),
        ('{"a": 1, "a": 2}', "`a` is there twice"),
    ],
)
def test_what_is_no_config_is_refused(text: str, says: str) -> None:
    with pytest.raises(NoConfig, match=says):
        parse_config(text)


@pytest.mark.parametrize("layout", ["window*2 (csa hca)*20 csa", "a", "a*7", "a b a b c", "(a*3 b)*4 a*3", ""])
def test_a_layout_is_written_short_and_read_back(layout: str) -> None:
    layers = parse_layout(layout)
    assert parse_layout(shorten_layout(layers)) == layers
    assert len(shorten_layout(layers)) <= len(" ".join(layers))


BIBTEX = """@misc{deepseekai2024v9,
      title={DeepSeek-V9 Technical Report},
      author={DeepSeek-AI and Ada Lovelace},
      year={2024},
      eprint={2412.12345},
      archivePrefix={arXiv},
      primaryClass={cs.CL},
}"""


def test_an_entry_from_a_configuration_asks_only_for_what_nobody_can_know(valid: Path) -> None:
    given = new_entry.Given(config=json.dumps(config()), bibtex=BIBTEX, day="2024-12-26", licence="MIT")
    said = "\n".join(new_entry.write_new_entry(valid, "deepseek-v9", given))
    assert "left out: `architectures` (names the class, not a size)" in said
    references = (valid / REFERENCES).read_text(encoding="utf-8")
    assert "title  = {{DeepSeek-V9 Technical Report}}" in references
    assert "author = {{DeepSeek-AI} and Ada Lovelace}" in references
    assert "url    = {https://arxiv.org/abs/2412.12345}" in references
    assert "primaryclass" not in references.lower()
    open_ = [str(finding) for finding in findings_of(valid)]
    assert open_
    assert all("TODO" in finding for finding in open_), open_
    assert len(open_) <= 6
    entry = valid / ENTRIES / "deepseek-v9.yaml"
    edit(entry, ("total: TODO", "total: 671B"), (" TODO", " §4"), ("§TODO", "§1"))
    assert [str(finding) for finding in findings_of(valid)] == []
    catalogue = load_catalogue(valid)
    assert catalogue.entries["deepseek-v9-base"].recount.total == 671_026_419_200
    wanted = [wanted.key for wanted in missing_values(catalogue, catalogue.models["deepseek-v9"])]
    assert wanted[:3] == ["variants.parameters.activated", "variants.context_length", "builds_on"]
    assert [
        "contemporaries.yaml" in text for text in (said, *new_entry.write_new_entry(valid, "step-3", given)[1:2])
    ] == [False, True]


@pytest.mark.parametrize("family", ["dor", "elk"])
def test_a_later_checkpoint_is_three_lines_of_its_family(family: str, valid: Path) -> None:
    """The same network, another day and another licence."""
    file = valid / ENTRIES / f"{family}.yaml"
    given = ("--of", family, "--day", "2025-05-01", "--licence", "Apache 2.0", "--data", valid)
    before = file.read_text(encoding="utf-8").splitlines()
    run = check("new", f"{family}-0501", *given)
    assert run.returncode == 0, run.stderr
    assert [str(finding) for finding in findings_of(valid)] == []
    after = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before] == before
    assert len(after) == len(before) + 3
    entry = load_catalogue(valid).entries[f"{family}-0501"]
    assert entry.variant.release.licences.weights.value == "Apache 2.0"
    assert (entry.architecture is None) == (family == "dor")
    assert family == "dor" or entry.architecture_owner != f"{family}-0501"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("dor-0501", "--of", "dorr", "--day", "2025-05-01"), "nearest match: `dor`"),
        (("dor-0501", "--of", "dor"), "DAY=2027-08-15"),
        (("dor-base", "--of", "dor", "--day", "2025-05-01"), "an id that no variant has"),
    ],
)
def test_a_checkpoint_of_nothing_is_refused(given: tuple[str, ...], says: str, valid: Path) -> None:
    run = check("new", *given, "--data", valid)
    assert (run.returncode, says in run.stderr) == (1, True), run.stderr


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (new_entry.Given(bibtex="no BibTeX"), "0 entries"),
        (new_entry.Given(bibtex=BIBTEX + BIBTEX.replace("v9", "v8")), "2 entries"),
        (new_entry.Given(config="{"), "this is not JSON"),
        (new_entry.Given(day="yesterday"), "a day is YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_read_writes_nothing(given: new_entry.Given, says: str, valid: Path) -> None:
    before = (valid / REFERENCES).read_text(encoding="utf-8")
    with pytest.raises(new_entry.Refused, match=says):
        new_entry.write_new_entry(valid, "deepseek-v9", given)
    assert (valid / REFERENCES).read_text(encoding="utf-8") == before
    assert not (valid / ENTRIES / "deepseek-v9.yaml").exists()


def test_check_says_what_an_entry_lacks_and_asks_nothing_of_a_whole_one(valid: Path, catalogue: Catalogue) -> None:
    said = check("check", valid, "--entry", "dor").stdout
    assert "dor does not say yet, what is worth most first" in said
    assert said.index("  variants.architecture: ") < said.index("  tokenizer: ")
    elsewhere = "has its weights at https://example.org/elk-base: pages call what every entry describes DeepSeek's"
    assert elsewhere in check("check", valid, "--entry", "elk").stdout
    assert elsewhere not in said
    run = check("check", valid, "--entry", "dorr")
    assert (run.returncode, "nearest match: `dor`" in run.stderr) == (1, True)
    assert [wanted.key for wanted in missing_values(catalogue, catalogue.models["deepseek-v3"])] == []
    assert {wanted.key.split(".")[0] for wanted in WORTH} <= Model.model_fields.keys()
