"""The model for the page: weights come back within half a step of int8, and the committed outputs are those of the committed weights."""

import json

import pytest
import torch

from labs.train import export, heads, trainer
from labs.train.config import Config
from labs.train.model import Model
from labs.train.tokenizer import BOS, Tokenizer


def test_weights_come_back_within_half_a_step(config, tmp_path):
    torch.set_default_dtype(torch.float32)
    model, tokenizer = Model(config), Tokenizer.train(["to be or not to be " * 9], 270)
    header = export.write_weights(model, tokenizer, tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(header))
    _, found = export.read_weights(tmp_path)
    for name, x in model.state_dict().items():
        step = x.abs().amax(-1, keepdim=True) / 127 if x.dim() > 1 else torch.zeros(1)
        assert bool(((found[name] - x).abs() <= step / 2 + 1e-6).all()), name


@pytest.fixture(scope="module")
def page_model():
    header, weights = export.read_weights(export.ARTIFACTS)
    torch.set_default_dtype(torch.float64)
    model = Model(Config(**header["config"])).eval()
    model.load_state_dict({name: value.double() for name, value in weights.items()})
    return model, Tokenizer(header["merges"])


def test_the_committed_model_is_small_and_has_every_mechanism(page_model):
    config = page_model[0].config
    sizes = [(export.ARTIFACTS / name).stat().st_size for name in ("model.bin", "model.json")]
    assert sizes[0] * 4 / 3 + sizes[1] <= 4e6, "a page loads it as text, four letters for three bytes"
    assert (config.attention, config.feed_forward, config.balance, config.num_nextn_predict_layers) == (
        "mla",
        "moe",
        "bias",
        1,
    )


def test_the_committed_outputs_are_those_of_the_committed_weights(page_model):
    kept = json.loads((export.ARTIFACTS / "reference.json").read_text(encoding="utf-8"))
    for case, ours in zip(kept, export.reference(*page_model), strict=True):
        assert case["tokens"] == ours["tokens"]
        assert case["logits"] == pytest.approx(ours["logits"], abs=1e-3)
        assert case["mtp_logits"] == pytest.approx(ours["mtp_logits"], abs=1e-3)
        assert case["experts_of_last_token"] == ours["experts_of_last_token"]
        assert case["greedy"] == ours["greedy"]


def test_rows_of_the_committed_attention_add_up_to_one():
    kept = json.loads((export.ARTIFACTS / "attention.json").read_text(encoding="utf-8"))
    for language, sentence in export.SENTENCES.items():
        found = kept[language]
        assert "".join(found["tokens"][1:]) == sentence, "each token is a piece that one can read"
        for head in (head for layer in found["weights"] for head in layer):
            assert [len(row) for row in head] == list(range(1, len(found["tokens"]) + 1))
            assert all(sum(row) == pytest.approx(1, abs=0.02) for row in head)


def test_the_committed_heads_are_those_of_the_committed_weights_and_the_model_knows_more_than_a_table_of_pairs(
    page_model,
):
    kept = json.loads((export.ARTIFACTS / "about.json").read_text(encoding="utf-8"))
    assert kept["loss"] < kept["bigram_loss"] < kept["unigram_loss"]
    model, tokenizer = page_model
    tokens = torch.tensor([[BOS, *tokenizer.encode(export.SENTENCES["en"])]])
    for layer, found in enumerate(heads.shares(model, tokens)[0], 1):
        for head, ours in enumerate(found, 1):
            told = next(one for one in kept["heads"] if (one["layer"], one["head"]) == (layer, head))
            assert told["kind"] == heads.task(told, kept["chance"])
            if told["kind"] == "previous" and told["previous"] > 0.6:
                assert ours["previous"] > 0.4


def test_a_head_that_looks_at_one_kind_of_token_is_named_by_it():
    tokens = torch.tensor([[9, 5, 6, 7, 5, 6, 8]])
    masks = heads.places(tokens)
    assert masks["same"][0].nonzero().tolist() == [[4, 1], [5, 2]]
    assert masks["after_same"][0].nonzero().tolist() == [[4, 2], [5, 3]]
    assert masks["previous"][0].nonzero().tolist() == [[t, t - 1] for t in range(2, 7)]
    chance = dict.fromkeys(heads.KINDS, 0.1)
    assert heads.task({**chance, "same": 0.4}, chance) == "same"
    assert heads.task({**chance, "same": 0.25}, chance) == ""


def test_export_writes_all_its_files(tmp_path, config):
    torch.set_default_dtype(torch.float32)
    tokenizer = Tokenizer.train(["to be or not to be " * 9], 270)
    trainer.save(
        tmp_path / "run",
        Model(config.with_(vocab_size=tokenizer.vocab_size)),
        tokenizer,
        {"loss": 1.0},
        torch.randint(256, (300,)),
    )
    export.main(["--model", str(tmp_path / "run"), "--out", str(tmp_path / "out")])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.bin",
        "model.json",
        "reference.json",
        "attention.json",
        "about.json",
    }
