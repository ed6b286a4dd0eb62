# %% [markdown]
# # A small V3, trained and changed
#
# Four things, in half an hour of one processor core or less: train a small DeepSeek-V3, let it write, swap one of its mechanisms
# and compare, and change a mechanism yourself. Run it in the folder of `train.zip`, which holds `labs/` and the text to
# learn from; nothing is downloaded. `python -m labs.train.tour` runs the same file without a notebook.
#
# A shorter run: set `STEPS` to 60. What is printed differs a little between machines, and from seed to seed a good deal.

# %%
import os
import sys
from dataclasses import replace

import torch

from labs.train.config import Config
from labs.train.experiments.verdict import judge
from labs.train.generate import cache_formula, complete, measure, speculate
from labs.train.model import Model
from labs.train.tokenizer import BOS
from labs.train.trainer import Settings, corpus, progress, train, validation_loss

if sys.argv[0].endswith("tour.py") and sys.argv[1:]:
    raise SystemExit(f"{sys.argv[1]}: the tour takes no flags; STEPS=60 python -m labs.train.tour is a shorter run")
STEPS = int(os.environ.get("STEPS", "200"))
SEEDS = 3

# %% [markdown]
# ## 1. The network
#
# The names are those of `config.json`. Latent attention, 16 experts of which a token uses 4 and a shared one, a module that predicts one token
# further. Before you run the next cell: which part has most of the parameters?

# %%
config = Config(max_position_embeddings=128)
model = Model(config)
for name, part in model.named_children():
    print(f"{name:14}{sum(p.numel() for p in part.parameters()):>10,}")
print(f"{'all':14}{sum(p.numel() for p in model.parameters()):>10,}")

# %% [markdown]
# ## 2. The text, and a training
#
# The text is this site's, English and Chinese. A tokenizer is trained on it first, which takes half a minute. The loss begins near the logarithm
# of the vocabulary: a model that knows nothing.

# %%
text = corpus(config.vocab_size)
print(f"{len(text.train):,} tokens to learn from; ln {config.vocab_size} = {torch.tensor(config.vocab_size).log():.2f}")
settings = Settings(steps=STEPS)
model, log = train(config, settings, text.train, on_step=progress(STEPS), gpu=True)
model = model.cpu()
print(
    f"first step {log[0]['loss']:.2f}, held back at the end {validation_loss(model, text.validation, settings.length):.2f}"
)

# %% [markdown]
# ## 3. It writes
#
# After so few steps expect words and turns of phrase of this site, and no sense. The cache is what the catalogue's formula says; MTP guesses the
# second next token, and the main model checks the guess.

# %%
for prompt in ("DeepSeek-V3 is", "The experts", "注意力"):
    print(f"> {prompt}{complete(model, text.tokenizer, prompt, tokens=40)}\n")
found = measure(model, context=64, tokens=16)
print(f"{found['cache_elements_per_token']:.0f} numbers cached a token; the formula says {cache_formula(config)}")
start = torch.tensor([[BOS, *text.tokenizer.encode("The experts")]])
print(f"drafts of MTP that were accepted: {speculate(model, start, 60)[1]:.0%}")

# %% [markdown]
# ## 4. Swap one flag
#
# The same text in the same order with the same seeds, once with AdamW and once with Muon. Write down which ends lower, and by how
# much. Any other flag will do: `attention="gqa"`, `balance="none"`, `residual="mhc"`, `num_nextn_predict_layers=0`.

# %%
small = config.with_(hidden_size=64, num_hidden_layers=2, num_nextn_predict_layers=0)
arms = {"muon": {"optimizer": "muon"}, "adamw": {"optimizer": "adamw"}}
rows = []
for seed in range(SEEDS):
    for arm, change in arms.items():
        run = replace(settings, steps=max(4, STEPS // 2), length=64, seed=seed, **change)
        trained, _ = train(small, run, text.train)
        rows.append({"arm": arm, "seed": seed, "loss": validation_loss(trained, text.validation, 64)})
        print(rows[-1])

# %% [markdown]
# A difference counts where its 95 % interval over the seeds, by Student's t, leaves out zero.

# %%
if SEEDS >= 3:
    found = judge(rows, "loss", "muon", "adamw", "lower")
    print(f"Muon less AdamW: {found.difference:+.3f} ± {found.margin:.3f} (95 %): {found.verdict}")

# %% [markdown]
# ## 5. Change a mechanism yourself
#
# Here the gate forgets V3's bias while it chooses, so nothing keeps the load even. Watch the busiest expert (`max_violation`, zero if
# all are equally busy). Then try another change: weigh the experts equally, or leave the shared one out.

# %%
for arm, change in {"with the bias": {}, "without": {"balance": "none"}}.items():
    _, log = train(small.with_(**change), replace(settings, steps=max(4, STEPS // 2), length=64), text.train)
    late = log[-max(1, len(log) // 4) :]
    print(f"{arm:14} busiest expert {sum(row['max_violation'] for row in late) / len(late):.2f} above the mean")
