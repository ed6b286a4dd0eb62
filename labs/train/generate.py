"""Text from a trained model, with a cache: sampling, speculation by MTP, and speed and memory measured.

`python -m labs.train.generate "DeepSeek"` writes on, and compares three ways of decoding. speculative-decoding Algorithm 1;
deepseek-v3 §2.2.
"""

import time
from pathlib import Path

import torch

from labs.train.attention import Cache
from labs.train.command_line import Parser
from labs.train.mla import MLA
from labs.train.tokenizer import BOS, EOS
from labs.train.trainer import RUNS, load


def distribution(logits, temperature=1.0, top_p=1.0):
    """Probabilities of the next token: sharpened by the temperature, then cut to the likeliest that make up top_p."""
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    p = (logits / temperature).softmax(-1)
    if top_p < 1:
        ordered, index = p.sort(descending=True)
        ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= top_p, 0)
        p = torch.zeros_like(p).scatter(-1, index, ordered)
    return p / p.sum(-1, keepdim=True)


def draw(p, generator=None):
    return torch.multinomial(p, 1, generator=generator)


@torch.no_grad()
def sample(model, prompts, tokens, temperature=1.0, top_p=1.0, generator=None, stop=None):
    """Continuations (B, tokens) of prompts (B, T), all of one length. After `stop` a row repeats it."""
    caches, read, out = model.new_caches(), prompts, []
    for _ in range(tokens):
        token = draw(distribution(model(read, caches)[:, -1], temperature, top_p), generator)
        if stop is not None and out:
            token = torch.where(out[-1] == stop, stop, token)
        out.append(token)
        read = token
        if stop is not None and bool((token == stop).all()):
            break
    done = torch.cat(out, dim=1)
    return torch.nn.functional.pad(done, (0, tokens - done.shape[1]), value=stop or 0)


def complete(model, tokenizer, prompt, tokens=60, temperature=0.7, top_p=0.95, seed=0):
    """Text behind a prompt."""
    model.eval()
    start = torch.tensor([[BOS, *tokenizer.encode(prompt)]])
    written = sample(model, start, tokens, temperature, top_p, torch.Generator().manual_seed(seed), stop=BOS)[
        0
    ].tolist()
    ends = [i for i, token in enumerate(written) if token in (BOS, EOS)]  # the next text begins, or the answer ends
    return tokenizer.decode(written[: ends[0]] if ends else written)


@torch.no_grad()
def speculate(model, prompt, tokens, temperature=1.0, generator=None):
    """Tokens drawn with MTP as the draft, and the share of drafts that were accepted. prompt (1, T).

    Each call of the model reads the last certain token and the draft. The draft x is kept with probability min(1, p(x) / q(x)),
    otherwise a token is drawn from what p has more than q: the result is distributed as without a draft.
    """
    caches, mtp_cache, out, accepted, offered = model.new_caches(), Cache(), [], 0, 0
    choose = lambda logits: distribution(logits, temperature)  # noqa: E731
    head = lambda h: model.lm_head(model.norm(h))  # noqa: E731

    def draft_after(h, following):
        """q for the token behind `following`, from the states h of the tokens before each of them."""
        return choose(model.lm_head(model.mtp(h, model.embed_tokens(following), mtp_cache))[:, -1])

    h = model.hidden(prompt, caches)
    certain = draw(choose(head(h)[:, -1]), generator)
    q = draft_after(h, torch.cat([prompt[:, 1:], certain], dim=1))
    out.append(certain)
    while len(out) < tokens:
        draft = draw(q, generator)
        h = model.hidden(torch.cat([certain, draft], dim=1), caches)
        p, after = choose(head(h)).unbind(1)
        offered += 1
        x = int(draft)
        if float(torch.rand((), generator=generator)) * float(q[0, x]) <= float(p[0, x]):
            accepted += 1
            certain = draw(after, generator)
            out += [draft, certain]
            q = draft_after(h, torch.cat([draft, certain], dim=1))
        else:
            rest = (p - q).clamp(min=0)
            certain = draw(rest / rest.sum(-1, keepdim=True), generator)
            out.append(certain)
            for cache in caches:
                cache.cut(cache.length() - 1)
            q = draft_after(h[:, :1], certain)
    return torch.cat(out[:tokens], dim=1), accepted / offered


def cache_formula(config):
    """Elements a token adds to the cache, all layers together, by the formulas of the catalogue (hooks/catalogue/derive)."""
    each = {
        "mha": 2 * config.num_attention_heads * config.head_dim,
        "gqa": 2 * config.num_key_value_heads * config.head_dim,
        "mqa": 2 * config.head_dim,
        "mla": config.kv_lora_rank + config.qk_rope_head_dim,
        "dsa": config.kv_lora_rank + config.qk_rope_head_dim + config.index_head_dim,
    }
    return config.num_hidden_layers * each[config.attention]


@torch.no_grad()
def measure(model, context=128, tokens=64, batch=1, absorb=True, cached=True, clock=time.perf_counter):
    """Tokens per second of decoding behind a context, and elements of cache a token."""
    model.eval()
    for module in model.modules():
        if isinstance(module, MLA):
            module.absorb = absorb
    x = torch.randint(model.config.vocab_size, (batch, context), generator=torch.Generator().manual_seed(0))
    caches = model.new_caches()
    token = model(x, caches if cached else None)[:, -1:].argmax(-1)
    started = clock()
    for _ in range(tokens):
        x = torch.cat([x, token], dim=1)
        logits = model(token, caches) if cached else model(x)
        token = logits[:, -1:].argmax(-1)
    seconds = clock() - started
    elements = sum(cache.elements() for cache in caches) / (batch * (context + tokens)) if cached else 0
    return {"tokens_per_s": batch * tokens / seconds, "cache_elements_per_token": elements}


def main(arguments=None):
    parser = Parser(prog="labs.train.generate", description="Write on from a prompt, and compare ways of decoding.")
    parser.add_argument("prompt", nargs="?", default="DeepSeek-V3 is")
    parser.add_argument("--model", type=Path, default=RUNS / "default", help="folder of a trained model")
    parser.add_argument("--tokens", type=int, default=80, help="how many to write")
    parser.add_argument("--temperature", type=float, default=0.7, help="0 takes the likeliest token")
    parser.add_argument("--seed", type=int, default=0, help="of the tokens that are drawn")
    asked = parser.parse_args(arguments)
    model, tokenizer = load(asked.model)
    print(asked.prompt + complete(model, tokenizer, asked.prompt, asked.tokens, asked.temperature, seed=asked.seed))
    print(f"\ncache by the formula: {cache_formula(model.config)} elements a token")
    for name, options in WAYS.items():
        found = measure(model, **options)
        print(
            f"{name:38} {found['tokens_per_s']:8.0f} tokens/s {found['cache_elements_per_token']:8.0f} elements a token"
        )
    if model.mtp is not None:
        start = torch.tensor([[BOS, *tokenizer.encode(asked.prompt)]])
        _, rate = speculate(model, start, 200, asked.temperature, torch.Generator().manual_seed(asked.seed))
        print(f"MTP as a draft: {rate:.0%} of the drafts were accepted")


WAYS = {
    "no cache, all tokens read again": {"cached": False},
    "cache, keys and values rebuilt (MLA)": {"absorb": False},
    "cache, absorbed (MLA)": {"absorb": True},
}

if __name__ == "__main__":
    main()
