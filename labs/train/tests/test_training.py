"""Training learns, is repeatable, and answers bad input in one line."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict

import pytest
import torch

from labs.train import __main__ as command
from labs.train import text, trainer
from labs.train.command_line import Parser, add_fields, check_memory
from labs.train.config import FLAGS, PRESETS, Config
from labs.train.generate import complete, distribution, sample, speculate
from labs.train.model import Model
from labs.train.optimizer import newton_schulz, optimizers
from labs.train.schedule import factor
from labs.train.tokenizer import BOS, EOS, SPECIAL, Tokenizer
from labs.train.trainer import Corpus, Settings

POEM = "The tokens go to the experts, the experts to the tokens. 专家混合模型，专家各有所长。\n" * 40


@pytest.fixture(autouse=True)
def _single_precision():
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train([POEM], 320)


@pytest.fixture
def tokens(tokenizer):
    return torch.tensor([BOS, *tokenizer.encode(POEM)])


@pytest.fixture
def small(config, tokenizer):
    return config.with_(vocab_size=tokenizer.vocab_size, initializer_range=0.02)


def test_what_is_encoded_is_decoded_and_digits_stand_alone(tokenizer):
    for told in (POEM, "naïve 🙂 \t\n\n  x", "12345", ""):
        assert tokenizer.decode(tokenizer.encode(told)) == told
    assert len(tokenizer.encode("12345")) == 5
    assert len(tokenizer.encode(POEM)) < len(POEM.encode()) / 3


def test_the_first_merge_is_the_most_frequent_pair():
    assert Tokenizer.train(["abab abab xy"], 256 + len(SPECIAL) + 1).merges == [(ord("a"), ord("b"))]


def test_a_tokenizer_is_kept_in_a_file(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    assert Tokenizer.load(tmp_path / "tokenizer.json").encode(POEM) == tokenizer.encode(POEM)


def test_the_text_of_the_site_is_in_both_languages_and_without_markup():
    texts = text.documents()
    joined = "\n".join(texts)
    assert len(joined) > 500_000
    assert sum("\u4e00" <= c <= "\u9fff" for c in joined) > 100_000
    assert "{{" not in joined
    assert "](" not in joined
    learn, held_back = text.split(texts)
    assert not set(learn) & set(held_back)


@pytest.mark.parametrize(
    "changes",
    [
        *({"attention": name} for name in FLAGS["attention"]),
        *({"residual": name} for name in FLAGS["residual"][1:]),
        *({"precision": name} for name in FLAGS["precision"][1:]),
        *({"balance": name} for name in FLAGS["balance"][1:]),
        {"feed_forward": "dense"},
        {"num_nextn_predict_layers": 0},
        {"yarn_factor": 4.0},
    ],
    ids=str,
)
def test_every_flag_learns(small, tokens, changes):
    config = small.with_(**changes)
    _, log = trainer.train(config, Settings(steps=12, batch=4, length=24, lr=5e-3), tokens)
    assert log[-1]["loss"] < log[0]["loss"] - 0.3
    assert ("mtp" in log[0]) == (config.num_nextn_predict_layers > 0)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_training_is_repeatable(small, tokens, optimizer):
    settings = Settings(steps=5, batch=2, length=16, optimizer=optimizer)
    losses = [[row["loss"] for row in trainer.train(small, settings, tokens)[1]] for _ in range(2)]
    assert losses[0] == losses[1]


def test_an_interrupted_run_keeps_what_it_learnt(small, tokens):
    def stop(row, _model):
        if row["step"] == 3:
            raise KeyboardInterrupt

    settings = Settings(steps=9, batch=2, length=16)
    _, log = trainer.train(small, settings, tokens, on_step=stop, interruptible=True)
    assert len(log) == 3
    with pytest.raises(KeyboardInterrupt):
        trainer.train(small, settings, tokens, on_step=stop)


@pytest.mark.parametrize("kind", [Config, Settings])
def test_help_says_what_each_flag_does(kind):
    parser = Parser()
    add_fields(parser, kind)
    assert [action.dest for action in parser._actions if not action.help] == []


def test_a_dense_indexer_becomes_sparse_after_its_warm_up(small, tokens):
    seen = []
    look = lambda row, model: seen.append(model.layers[0].self_attn.indexer.dense)  # noqa: E731
    trainer.train(
        small.with_(attention="dsa"), Settings(steps=5, batch=2, length=16, index_warmup=0.4), tokens, on_step=look
    )
    assert seen == [True, True, False, False, False]


def test_each_weight_has_one_optimizer(small):
    model = Model(small.with_(residual="mhc"))
    held = [id(p) for opt in optimizers(model, "muon", 1e-3) for group in opt.param_groups for p in group["params"]]
    assert sorted(held) == sorted(id(p) for p in model.parameters())
    assert len(optimizers(model, "adamw", 1e-3)) == 1


def test_newton_schulz_makes_singular_values_one():
    for shape in ((12, 40), (40, 12), (3, 20, 20)):
        values = torch.linalg.svdvals(newton_schulz(torch.randn(shape)))
        assert float((values - 1).abs().max()) < 0.1


def test_schedules_begin_low_keep_their_peak_and_end_low():
    for kind in ("wsd", "multi-step", "cosine"):
        rates = [factor(kind, step, 1000) for step in range(1000)]
        assert rates[0] < 0.1
        assert max(rates) == 1.0
        assert rates[-1] == pytest.approx(0.1, abs=0.01)
    assert [factor("multi-step", s, 1000) for s in (799, 800, 900)] == pytest.approx([1, 0.316, 0.1], abs=1e-3)


def test_sampling_keeps_to_top_p_and_temperature():
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]]))
    torch.testing.assert_close(distribution(logits, top_p=0.7), torch.tensor([[0.625, 0.375, 0, 0]]))
    assert distribution(logits, 0).tolist() == [[1, 0, 0, 0]]
    torch.testing.assert_close(distribution(logits, 0.5)[0, 0], torch.tensor(0.25 / (0.25 + 0.09 + 0.0225 + 0.0025)))


def test_rows_stop_at_the_end_token(small):
    model = Model(small).eval()
    rows = sample(model, torch.randint(256, (64, 3)), 12, generator=torch.Generator().manual_seed(0), stop=EOS)
    assert rows.shape == (64, 12)
    for row in rows.tolist():
        if EOS in row:
            assert set(row[row.index(EOS) :]) == {EOS}


def test_speculation_draws_from_the_same_distribution_as_the_model_alone(small):
    """The second and third token, over many drafts, against the probabilities of the model."""
    config = small.with_(vocab_size=6, num_hidden_layers=1, first_k_dense_replace=1, initializer_range=0.4)
    model = Model(config).eval()
    prompt, generator = torch.tensor([[3, 1, 4]]), torch.Generator().manual_seed(0)
    drawn, rates = zip(*(speculate(model, prompt, 3, generator=generator) for _ in range(800)), strict=True)
    with torch.no_grad():
        first = model(prompt)[0, -1].softmax(-1)
        second = sum(first[a] * model(torch.tensor([[3, 1, 4, a]]))[0, -1].softmax(-1) for a in range(6))
    counts = torch.bincount(torch.cat(drawn)[:, 1], minlength=6) / 800
    assert float((counts - second).abs().max()) < 4 * (0.25 / 800) ** 0.5
    assert 0 < sum(rates) / len(rates) < 1


def test_greedy_speculation_writes_what_greedy_decoding_writes(small, tokens):
    model, _ = trainer.train(small, Settings(steps=30, batch=4, length=24, lr=5e-3), tokens)
    model.eval()
    plain = sample(model, tokens[None, :6], 30, temperature=0)
    speculated, rate = speculate(model, tokens[None, :6], 30, temperature=0)
    assert torch.equal(plain, speculated)
    assert 0 <= rate <= 1


def test_a_run_writes_its_model_and_its_log(small, tokens, tokenizer, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "corpus", lambda size, texts=None: Corpus(tokenizer, tokens, tokens, "test"))
    flags = {**vars(small), "steps": 6, "batch": 2, "length": 16, "out": tmp_path / "run"}
    command.main(
        [
            word
            for name, value in flags.items()
            for word in (f"--{name}", str(value).lower() if name.startswith("tie") else str(value))
        ]
    )
    assert "held back" in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "run" / "log.csv").open(encoding="utf-8")))
    assert len(rows) == 6
    assert float(rows[-1]["validation_loss"]) > 0
    model, read = trainer.load(tmp_path / "run")
    assert complete(model, read, "The", tokens=8) == complete(model, read, "The", tokens=8)


def test_progress_shows_loss_speed_and_time_left():
    out = io.StringIO()
    show = trainer.progress(40, out)
    show({"step": 20, "loss": 3.2101, "tokens_per_s": 12345.6}, None)
    assert "20/40  loss 3.210  12,346 tokens/s" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--attnetion", "mla"], "--attnetion is not a flag; did you mean --attention?"),
        (["--attention", "mlp"], "--attention mlp is unknown; choose from: mha gqa mqa mla dsa"),
        (["--steps", "many"], "argument --steps: invalid int value: 'many'"),
        (["--steps", "0"], "--steps must be at least 1"),
        (["--text", "NOWHERE", "--out", "/proc/none"], "no .txt or .md file in NOWHERE"),
        (["--resume", "--out", "/proc/none"], "nothing to go on from at /proc/none/checkpoint.pt"),
        (["--hidden_size", "-3"], "--hidden_size must be at least 1"),
        (
            ["--attention", "gqa", "--num_key_value_heads", "3"],
            "--num_key_value_heads 3 must divide --num_attention_heads 8",
        ),
        (["--qk_rope_head_dim", "7"], "--qk_rope_head_dim must be even"),
        (["--n_group", "3"], "--n_group 3 must divide --n_routed_experts 16"),
        (
            ["--num_experts_per_tok", "9"],
            "--num_experts_per_tok 9 is more than the 8 experts a token can reach; raise --topk_group",
        ),
        (["--feed_forward", "dense", "--balance", "loss"], "--balance loss needs experts: set --feed_forward moe"),
        (["--hidden_size", "1000000"], "choose a smaller --hidden_size"),
        (["--optimizer", "sgd"], "--optimizer sgd is unknown; choose from: adamw muon"),
        (["--schedule", "step"], "--schedule step is unknown; choose from: wsd multi-step cosine constant"),
        (["--lr", "nan"], "--lr nan must be above 0"),
        (["--threads", "-2"], "--threads -2 must be at least 1"),
        (["--yarn_factor", "0.5"], "--yarn_factor 0.5 must be at least 1"),
        (["--out", "/proc/none"], "/proc/none cannot be written"),
        (["--length", "100000"], "--length 100000 is longer than the text"),
        (["--lr", "1e12", "--optimizer", "adamw", "--clip", "1e9"], "choose a smaller --lr"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, message, tokens, tokenizer, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "corpus", lambda size, texts=None: Corpus(tokenizer, tokens, tokens, "test"))
    small = [
        "--vocab_size",
        str(tokenizer.vocab_size),
        "--steps",
        "20",
        "--batch",
        "2",
        "--length",
        "16",
        "--out",
        str(tmp_path),
    ]
    with pytest.raises(SystemExit) as stopped:
        command.main([*small, *arguments])
    assert message in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_a_folder_that_cannot_be_written_and_one_without_a_model_are_named(small, tokenizer, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="name another folder with --out"):
        trainer.save(tmp_path / "file", Model(small), tokenizer)
    with pytest.raises(SystemExit, match=r"run `python -m labs.train` first"):
        trainer.load(tmp_path)


def test_what_does_not_fit_into_memory_is_refused():
    check_memory(1000, available=10**6)
    with pytest.raises(SystemExit, match=r"need about 29.8 GiB, 1.0 are free"):
        check_memory(10**9, available=2**30)


def test_the_defaults_keep_the_proportions_of_deepseek_v3():
    c = Config()
    assert c.q_lora_rank == 3 * c.kv_lora_rank
    assert c.qk_nope_head_dim == 2 * c.qk_rope_head_dim == c.v_head_dim
    assert c.intermediate_size == c.moe_intermediate_size * (c.num_experts_per_tok + c.n_shared_experts)
    assert c.n_group == 2 * c.topk_group


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_a_run_that_goes_on_from_its_checkpoint_is_the_same_to_the_bit(small, tokens, tmp_path):
    settings, kept = Settings(steps=8, batch=2, length=16), tmp_path / "checkpoint.pt"
    whole, log = trainer.train(small, settings, tokens)

    def stop(row, _model):
        if row["step"] == 5:
            raise KeyboardInterrupt

    trainer.train(small, settings, tokens, on_step=stop, interruptible=True, checkpoint=kept)
    again, resumed = trainer.train(small, settings, tokens, checkpoint=kept, resume=True)
    assert torch.equal(weights(whole), weights(again))
    assert [row["loss"] for row in resumed] == [row["loss"] for row in log]
    spent = [row["cpu_seconds"] for row in resumed]
    assert 0 < spent[0] < spent[-1]
    assert spent == sorted(spent), "what the first part took is counted too"
    with pytest.raises(SystemExit, match="nothing to go on from"):
        trainer.train(small, settings, tokens, checkpoint=tmp_path / "none.pt", resume=True)


def test_ctrl_c_lets_a_step_end_and_keeps_it(small, tokens, tmp_path):
    def press(row, _model):
        if row["step"] == 2:
            os.kill(os.getpid(), signal.SIGINT)

    settings = Settings(steps=9, batch=2, length=16)
    _, log = trainer.train(small, settings, tokens, on_step=press, interruptible=True, checkpoint=tmp_path / "c.pt")
    assert len(log) in (2, 3)
    assert len(torch.load(tmp_path / "c.pt")["log"]) == len(log)


TOGETHER = """
import json, sys, torch
from labs.train import parallel, trainer
from labs.train.config import Config
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
given = json.load(open(sys.argv[1]))
parallel.start()
model, log = trainer.train(Config(**given["config"]), trainer.Settings(**given["settings"]), torch.tensor(given["tokens"]))
first = parallel.rank() == 0
parallel.leave()
if first:
    torch.save({"log": log, "state": model.state_dict()}, sys.argv[2])
"""


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_two_processes_with_half_of_the_experts_each_give_the_losses_of_one(small, tokens, tmp_path, optimizer):
    settings = {"steps": 5, "batch": 4, "length": 16, "optimizer": optimizer, "balance_weight": 0.01, "clip": 0.5}
    given, script = tmp_path / "given.json", tmp_path / "together.py"
    given.write_text(json.dumps({"config": asdict(small), "settings": settings, "tokens": tokens.tolist()}))
    script.write_text(TOGETHER)
    found = []
    for count in (1, 2):
        out = tmp_path / f"{count}.pt"
        alone = [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            f"--nproc-per-node={count}",
            str(script),
            str(given),
            str(out),
        ]
        subprocess.run(
            alone, check=True, capture_output=True, timeout=120, env={**os.environ, "PYTHONPATH": str(text.ROOT)}
        )
        found.append(torch.load(out))
    one, two = found
    for name in ("loss", "mtp", "grad_norm", "max_violation"):
        assert [row[name] for row in two["log"]] == pytest.approx([row[name] for row in one["log"]], rel=1e-7), name
    for name, value in one["state"].items():
        torch.testing.assert_close(two["state"][name], value, rtol=1e-7, atol=1e-9)


def test_presets_have_the_size_of_their_name_and_are_written_to_run_on_any_text(tmp_path):
    for name, config in PRESETS.items():
        with torch.device("meta"):
            count = sum(p.numel() for p in Model(config).parameters())
        assert count == pytest.approx(float(name[:-1]) * 1e6, rel=0.15), (name, count)
        assert Settings(**trainer.LENGTHS[name]).length <= config.max_position_embeddings
    (tmp_path / "a.txt").write_text("One.\n\nTwo.")
    (tmp_path / "b.csv").write_text("no")
    assert text.folder(tmp_path) == ["One.", "Two."]
    with pytest.raises(SystemExit, match=r"no \.txt"):
        text.folder(tmp_path / "none")
