"""The trained model for the page: int8 weights in one file, a header in JSON, reference outputs, attention on two sentences.

`python -m labs.train.export --model FOLDER` writes labs/train/artifacts/: `model.bin` and `model.json` (the format stands in
README.md), `reference.json`, which a forward pass in another language is held to, `attention.json`, and `about.json`: how the model was trained,
what its heads have learnt, what it writes and how much of that stands in the text it read.
"""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from labs.train import heads
from labs.train.command_line import Parser
from labs.train.generate import complete, sample
from labs.train.tokenizer import BOS, SPECIAL
from labs.train.trainer import RUNS, load

ARTIFACTS = Path(__file__).parent / "artifacts"
SENTENCES = {
    "en": "The router picks the experts, and the bias keeps their load even.",
    "zh": "模型的参数大多在专家中，每个 token 只用其中的一部分。",
}
PROMPTS = (
    "DeepSeek-V3 is",
    "The experts of a layer",
    "MLA keeps one latent vector",
    "注意力",
    "专家混合模型的路由器",
    "2024-12-26",
)


def quantise_rows(x):
    """int8 numbers of x (…, n) and a scale (…, 1) for each row."""
    scale = (x.abs().amax(-1, keepdim=True) / 127).clamp(min=1e-12)
    return (x / scale).round().clamp(-127, 127).to(torch.int8), scale


def write_weights(model, tokenizer, folder):
    """model.bin: the numbers of all tensors behind each other. Returns the header."""
    tensors, parts, offset = [], [], 0

    def put(data):
        nonlocal offset
        parts.append(data + bytes(-len(data) % 4))
        offset += len(parts[-1])
        return offset - len(parts[-1])

    for name, x in model.state_dict().items():
        entry = {"name": name, "shape": list(x.shape)}
        if x.dim() > 1:
            q, scale = quantise_rows(x)
            entry |= {
                "dtype": "int8",
                "scales": put(scale.float().numpy().astype("<f4").tobytes()),
                "offset": put(q.numpy().tobytes()),
            }
        else:
            entry |= {"dtype": "float32", "offset": put(x.float().numpy().astype("<f4").tobytes())}
        tensors.append(entry)
    (folder / "model.bin").write_bytes(b"".join(parts))
    return {
        "config": asdict(model.config),
        "special": SPECIAL,
        "merges": tokenizer.merges,
        "bytes": offset,
        "tensors": tensors,
    }


def read_weights(folder):
    """What a reader of the format makes of it: float tensors by name."""
    header = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    data, found = bytearray((folder / "model.bin").read_bytes()), {}
    for entry in header["tensors"]:
        shape, count = entry["shape"], torch.Size(entry["shape"]).numel()
        if entry["dtype"] == "int8":
            rows = count // shape[-1]
            q = torch.frombuffer(data, dtype=torch.int8, count=count, offset=entry["offset"]).view(shape)
            scale = torch.frombuffer(data, dtype=torch.float32, count=rows, offset=entry["scales"])
            found[entry["name"]] = q.float() * scale.view(*shape[:-1], 1)
        else:
            found[entry["name"]] = torch.frombuffer(
                data, dtype=torch.float32, count=count, offset=entry["offset"]
            ).view(shape)
    return header, found


def rounded(x, digits=5):
    return json.loads(json.dumps(x.tolist()), parse_float=lambda text: round(float(text), digits))


@torch.no_grad()
def reference(model, tokenizer):
    """Inputs and outputs of the dequantised model in double precision."""
    cases = []
    for prompt in PROMPTS:
        tokens = torch.tensor([[BOS, *tokenizer.encode(prompt)]])
        h = model.hidden(tokens[:, :-1]) if tokens.shape[1] > 1 else None
        logits = model(tokens)
        mtp = model.lm_head(model.mtp(h, model.embed_tokens(tokens[:, 1:])))[:, -1]
        routes = [gate(u)[0][-1].sort().values.tolist() for gate, u in gate_inputs(model, tokens)]
        greedy = sample(model, tokens, 24, temperature=0)[0].tolist()
        cases.append({
            "prompt": prompt, "tokens": tokens[0].tolist(), "logits": rounded(logits[0, -1], 4), "mtp_logits": rounded(mtp[0], 4),
            "experts_of_last_token": routes, "greedy": greedy, "text": tokenizer.decode(greedy),
        })  # fmt: skip
    return cases


def gate_inputs(model, tokens):
    """Each gate of the main model with what it is given."""
    seen, hooks = [], []
    for layer in model.layers:
        if hasattr(layer.mlp, "gate"):
            hooks.append(layer.mlp.gate.register_forward_hook(lambda gate, u, _y: seen.append((gate, u[0]))))
    model(tokens)
    for hook in hooks:
        hook.remove()
    return seen


@torch.no_grad()
def attention(model, tokenizer, sentence):
    """Weights of every layer and head on a sentence, row by row up to the token itself, and the tokens as text."""
    tokens = [BOS, *tokenizer.encode(sentence)]
    layers = [block.self_attn for block in model.layers]
    for layer in layers:
        layer.keep = True
    model(torch.tensor([tokens]))
    weights = [[[rounded(row[: t + 1], 3) for t, row in enumerate(head)] for head in layer.seen[0]] for layer in layers]
    for layer in layers:
        layer.keep, layer.seen = False, None
    return {"sentence": sentence, "tokens": [tokenizer.decode([t]) for t in tokens], "weights": weights}


TEMPERATURE, WRITTEN, MEASURED = (
    0.5,
    40,
    64,
)  # of the texts that are shown, their tokens, and the texts on which heads are measured


def about(model, tokenizer, folder):
    """What `labs.train` kept of the run, the task of each head, and a text behind each prompt."""
    told = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    tokens = torch.load(folder / "held_back.pt")
    length = min(model.config.max_position_embeddings, len(tokens))
    shares, chance = heads.shares(model, tokens[: len(tokens) // length * length].view(-1, length)[:MEASURED])
    listed = [
        {"layer": i, "head": j, "kind": heads.task(head, chance), **head}
        for i, layer in enumerate(shares, 1)
        for j, head in enumerate(layer, 1)
    ]
    texts = [{"prompt": prompt, "text": complete(model, tokenizer, prompt, WRITTEN, TEMPERATURE)} for prompt in PROMPTS]
    found = told | {
        "heads": listed,
        "chance": chance,
        "clear": heads.CLEAR,
        "temperature": TEMPERATURE,
        "written": texts,
    }
    return json.loads(json.dumps(found), parse_float=lambda number: round(float(number), 4))


def main(arguments=None):
    parser = Parser(prog="labs.train.export", description=__doc__)
    parser.add_argument("--model", type=Path, default=RUNS / "default", help="folder of a trained model")
    parser.add_argument("--out", type=Path, default=ARTIFACTS, help="folder of the files for the page")
    asked = parser.parse_args(arguments)
    model, tokenizer = load(asked.model)
    if not (asked.model / "about.json").exists():
        raise SystemExit(f"{asked.model} does not say how its model was trained; train it with `python -m labs.train`")
    asked.out.mkdir(parents=True, exist_ok=True)

    def write(name, value):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        (asked.out / name).write_text(text + "\n", encoding="utf-8")

    write("model.json", write_weights(model, tokenizer, asked.out))
    model.double().load_state_dict(read_weights(asked.out)[1])
    torch.set_default_dtype(torch.float64)
    write("reference.json", reference(model, tokenizer))
    write("attention.json", {language: attention(model, tokenizer, s) for language, s in SENTENCES.items()})
    write("about.json", about(model, tokenizer, asked.model))
    for file in sorted(asked.out.iterdir()):
        print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
