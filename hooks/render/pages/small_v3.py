"""The small model of labs/train in a page: script, weights, and a walk recorded at build.

The script that draws in the browser draws the recorded walk too.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import quickjs
from markupsafe import Markup

from catalogue.records import Entry

from .. import assets
from ..cite import Citations
from ..context import Context
from ..format import format_compact, format_quantity
from ..page import Page, Section, lead_section
from ..tables import Column, by_column, value_cell
from . import sources

V3 = "deepseek-v3-base"
LAYER = 2  # of the recorded walk, counted from 0: one with a gate
MANY = 20  # tokens that are written at once
TOLERANCE = 1e-4
"""How far a score may be from PyTorch's, which are written with four decimals."""
COMPARED = (
    *("num_hidden_layers", "hidden_size", "vocab_size", "num_attention_heads", "q_lora_rank", "kv_lora_rank"),
    *("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "first_k_dense_replace", "n_routed_experts"),
    *("num_experts_per_tok", "n_shared_experts", "n_group", "topk_group", "moe_intermediate_size"),
    *("intermediate_size", "num_nextn_predict_layers"),
)
_MODEL = Path(__file__).parents[3] / "labs" / "train" / "artifacts"
_RECORD = """
globalThis.record = (header, text, given) => {
  const { sentence, layer, words, shown } = JSON.parse(given);
  const model = loadedModel(JSON.parse(header), text);
  const trace = readTokens(model, newTrace(model), [model.tokenizer.begin, ...model.tokenizer.encode(sentence)]);
  const place = trace.tokens.length - 1;
  const stops = stopsOf(model.config).filter((stop) => stop.layer === undefined || stop.layer === layer);
  const { reads, ...run } = runOf(model, trace, (number, decimals) => +number.toFixed(decimals));
  const kept = { ...run, reads: range(place + 1).map(reads) };
  const read = { ...run, reads: (at) => kept.reads[at] };
  const state = { place, pick: strongestLook(read, place) };
  return JSON.stringify({
    token: model.tokenizer.label(trace.tokens[place]).replace("␣", ""),
    stops: stops.map((stop) => {
      const drawn = drawStop(model, trace, { ...stop, place }, words);
      return { title: drawn.title, sentence: drawn.sentence, html: stageHtml(drawn, words) };
    }),
    run: kept,
    drawings: [false, true].map((tall) => drawSentence(read, state, shown, { tall })),
    sum: sumHtml(read, state, shown),
    brief: briefOf(read, state, shown),
    said: sumOf(read, state, shown),
    answer: sumOf(read, { place, pick: { layer: run.layers.length - 1, read: true } }, shown),
  });
};
"""


@dataclass(frozen=True)
class _ExportedModel:
    """What `python -m labs.train.export` wrote: header, weights with a sign a byte, reference outputs."""

    header: dict[str, Any]
    weights: str
    reference: list[dict[str, Any]]
    about: Mapping[str, Any]

    @property
    def config(self) -> dict[str, Any]:
        return dict(self.header["config"])

    @property
    def weight_count(self) -> int:
        tensors = self.header["tensors"]
        return sum(math.prod(t["shape"]) for t in tensors if not t["name"].endswith("e_score_correction_bias"))


@lru_cache(maxsize=1)
def exported_model() -> _ExportedModel:
    def read(name: str) -> Any:
        return json.loads((_MODEL / name).read_text(encoding="utf-8"))

    weights = (_MODEL / "model.bin").read_bytes().decode("latin-1")
    return _ExportedModel(read("model.json"), weights, read("reference.json"), read("about.json"))


def sentence_figure(context: Context, with_stops: bool = False) -> Markup:
    """A whole sentence in one picture, recorded; with a script a reader touches it and has it drawn for another sentence.

    `with_stops` puts every number of a token behind it.
    """
    words, model, recorded = context.words, exported_model(), recorded_sentence(context)
    layers = model.config["num_hidden_layers"]
    figure = context.html(
        "sentence.html.jinja",
        recorded=recorded,
        drawings=[{**drawn, "shapes": Markup(drawn["shapes"])} for drawn in recorded["drawings"]],
        sum=Markup(recorded["sum"]),
        sentence=words("small.sentence.text"),
        count=format_compact(model.weight_count),
        size=f"{len(assets.small_v3_model()) / 1e6:.1f}",
        script=f"ds:{assets.FOLDER}/small-v3-model.js",
        layers=range(layers),
        kept=len(recorded["run"]["layers"][0][0]["kept"]),
        stops=recorded["stops"] if with_stops else [],
        stage=Markup(recorded["stops"][-1]["html"]),
        dense=model.config["first_k_dense_replace"],
        parts=("press", "look_back", "choose", "add"),
        temperatures=("0", f"{model.about['temperature']:g}", "1"),
        many=MANY,
    )
    given = {
        "run": recorded["run"],
        "words": _words_below(context, "small.sentence.shown."),
        "stops": script_words(context) if with_stops else {},
        "labels": {key: words(f"small.form.{key}") for key in ("loading", "failed", "too_long", "read")},
    }
    data = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return Markup(figure) + assets.page_script("small-v3", {"small-v3-data": data})


def small_v3_page(context: Context) -> Page:
    words, citations, model = context.words, Citations(context), exported_model()
    v3 = context.catalogue.entries[V3]
    count = format_compact(model.weight_count)
    recorded = recorded_sentence(context)
    walk = context.html(
        "small_v3_walk.html.jinja",
        token=recorded["token"],
        sentence=words("small.sentence.text"),
        layer=LAYER + 1,
        stops=[{**stop, "html": Markup(stop["html"])} for stop in recorded["stops"]],
    )
    intro = words("small.intro", count=count, large=_published_size(context, v3))
    return Page(
        "small-v3.md",
        words("small.page"),
        words("small.description", count=count),
        (
            lead_section(intro, sentence_figure(context, with_stops=True)),
            Section("recorded", words("small.recorded.title"), walk),
            Section("heads", words("small.heads.title"), _render_heads(context, model)),
            Section("trained", words("small.trained.title"), _render_training(context, model)),
            Section("beside-v3", words("small.compare.title"), _beside_v3(citations, model, v3)),
            Section("limits", words("small.limits.title"), _render_limits(context, model, v3)),
            sources.sources_section(citations),
        ),
        hide=("toc",),
    )


def _published_size(context: Context, entry: Entry) -> str:
    total = entry.variant.parameters.total.value if entry.variant.parameters else None
    return format_quantity(total, context.words) if total is not None else ""


def script_words(context: Context) -> dict[str, str]:
    return _words_below(context, "small.show.")


def _words_below(context: Context, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): context.words(key) for key in context.words if key.startswith(prefix)}


def recorded_sentence(context: Context) -> dict[str, Any]:
    """The run of the sentence of an edition: its last token at six stops, what the figure is drawn from, and the figure."""
    given = {
        "sentence": context.words("small.sentence.text"),
        "layer": LAYER,
        "words": script_words(context),
        "shown": _words_below(context, "small.sentence.shown."),
    }
    return _recorded_sentence(json.dumps(given, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=4)
def _recorded_sentence(given: str) -> dict[str, Any]:
    model = exported_model()
    engine = quickjs.Context()
    engine.eval(f"(() => {{\n{assets.small_v3_source()}\n{_RECORD}\n}})();")
    found: dict[str, Any] = json.loads(engine.get("record")(json.dumps(model.header), model.weights, given))
    return found


def _render_heads(context: Context, model: _ExportedModel) -> str:
    words, about = context.words, model.about
    by_kind: dict[str, list[str]] = {kind: [] for kind in about["chance"]}
    for head in sorted(about["heads"], key=lambda head: -head.get(head["kind"], 0)):
        if head["kind"]:
            said = {"layer": head["layer"], "head": head["head"], "share": f"{100 * head[head['kind']]:.0f}"}
            by_kind[head["kind"]].append(words("small.heads.said", **said))
    columns: list[Column[str]] = [
        Column(words("small.heads.reads"), lambda kind: words(f"small.heads.{kind}")),
        Column(
            words("small.heads.heads"),
            lambda kind: words("punctuation.comma").join(by_kind[kind]) or words("small.heads.none"),
        ),
        Column(words("small.heads.chance"), lambda kind: f"{100 * about['chance'][kind]:.0f}%", numeric=True),
    ]
    least, factor = about["clear"]
    intro = words(
        "small.heads.intro",
        least=f"{100 * least:g}",
        factor=factor,
        clear=sum(map(len, by_kind.values())),
        all=len(about["heads"]),
    )
    table = by_column(words("small.heads.caption"), columns, by_kind)
    return Markup("<p>{}</p>\n{}").format(intro, Markup(context.html("table.html.jinja", t=table)))


def _render_training(context: Context, model: _ExportedModel) -> str:
    words, about, run = context.words, model.about, model.about["settings"]
    read = run["steps"] * run["batch"] * run["length"]
    lines = [
        words(
            "small.trained.run",
            **{name: run[name] for name in ("batch", "length", "lr")},
            steps=f"{run['steps']:,}",
            minutes=f"{about['cpu_minutes']:.0f}",
            tokens=f"{about['training_tokens']:,}",
            rounds=f"{read / about['training_tokens']:.0f}",
        ),
        words(
            "small.trained.loss",
            loss=f"{about['loss']:.2f}",
            bigram=f"{about['bigram_loss']:.2f}",
            unigram=f"{about['unigram_loss']:.2f}",
        ),
        *(
            words(
                "small.trained.writes",
                temperature=f"{about['temperature']:g}",
                prompt=one["prompt"],
                text=one["text"].strip(),
            )
            for one in about["written"]
        ),
    ]
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line) for line in lines))


def _beside_v3(citations: Citations, model: _ExportedModel, v3: Entry) -> str:
    words = citations.context.words
    columns: list[Column[str]] = [
        Column(words("small.compare.name"), lambda name: Markup("<code>{}</code>").format(name)),
        Column(words("small.compare.small"), lambda name: f"{model.config[name]:,}", numeric=True),
        Column(v3.model.name, lambda name: value_cell(citations, getattr(v3.architecture, name)), numeric=True),
    ]
    table = by_column(words("small.compare.caption"), columns, COMPARED)
    return citations.context.html("table.html.jinja", t=table)


def _render_limits(context: Context, model: _ExportedModel, v3: Entry) -> str:
    words = context.words
    experts = v3.architecture.n_routed_experts if v3.architecture else None
    values = {
        **model.config,
        "vocab_size": f"{model.config['vocab_size']:,}",
        "large_experts": experts.value if experts else "",
        "tolerance": f"{TOLERANCE:g}",
        "sentences": len(model.reference),
        "greedy": len(model.reference[0]["greedy"]),
    }
    said = {key: words(f"small.limits.{key}", **values) for key in ("size", "experts", "heads", "context", "lens")}
    checked = {key: words(f"small.limits.{key}", **values) for key in ("int8", "held")}
    code = Markup(
        words(
            "small.limits.code",
            archive='<a href="ds:data/train.zip" download>train.zip</a>',
            command="<code>python -m labs.train</code>",
        )
    )
    return context.html("small_v3_limits.html.jinja", limits=said.values(), checked=checked.values(), code=code)
