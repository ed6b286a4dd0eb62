"""A Hugging Face config.json as an architecture of the catalogue.

Every key is a field, is read into one, has a stated reason to be left out, or is reported as unknown. Beside an unknown
key nobody guesses the kind of attention: it may be the new mechanism.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .attention import KINDS
from .attention.kind import AttentionKind, Config
from .findings import closest_word
from .schema.architecture import Architecture, FeedForward, RopeScaling, TopkMethod
from .schema.training import NumberFormat
from .schema.values import Absence, Kinds, marked_fields

# The part of a multimodal configuration with the language model, and the others, which are not read.
_LANGUAGE_PARTS = ("text_config", "language_config", "llm_config")
_OTHER_PARTS = ("vision_config", "projector_config", "aligner_config", "gen_vision_config")

LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(("architectures", "auto_map", "model_type", "_name_or_path"), "names the class, not a size"),
    **dict.fromkeys(("transformers_version", "use_cache", "pretraining_tp", "ep_size"), "how a program runs it"),
    **dict.fromkeys(("output_router_logits", "router_jitter_noise"), "how a program runs it"),
    **dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id", "image_token_id"), "a number of the tokenizer"),
    **dict.fromkeys(("dspark_noise_token_id", "engram_pad_token_id"), "a number of the tokenizer"),
    **dict.fromkeys(("attention_dropout", "hidden_dropout", "mlp_bias"), "it is 0"),
    **dict.fromkeys(("aux_loss_alpha", "seq_aux", "router_aux_loss_coef"), "of training: `training:` says it"),
    **dict.fromkeys(("hc_eps", "hc_post_alpha", "engram_gate_clamp"), "no size depends on it"),
    **dict.fromkeys(("rope_interleave", "dspark_block_size", "candidate_topk_blocks"), "no size depends on it"),
    **dict.fromkeys(("candidate_block_size", "candidate_source_layer_id"), "no size depends on it"),
    "engram_compressed_vocab_size": "no size depends on it",
    "partial_rotary_factor": "`qk_rope_head_dim` over `head_dim`",
    "mlp_layer_types": "`first_k_dense_replace` and `num_hash_layers`",
}
"""Keys that no field is made from, each with why."""

_LEFT_OUT_AT_0 = ("attention_dropout", "hidden_dropout", "mlp_bias")

OTHER_NAMES = {
    "max_position_embedding": "max_position_embeddings",
    "model_max_length": "max_position_embeddings",
    "moe_num_experts": "n_routed_experts",
    "moe_num_shared_experts": "n_shared_experts",
    "moe_renormalize": "norm_topk_prob",
    "moe_router_activation_func": "scoring_func",
    "moe_top_k": "num_experts_per_tok",
    "num_attention_groups": "num_key_value_heads",
    "num_expert_group": "n_group",
    "num_experts": "n_routed_experts",
    "num_local_experts": "n_routed_experts",
    "num_experts_per_token": "num_experts_per_tok",
    "num_shared_experts": "n_shared_experts",
}
_READ_INTO: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    **{name: (field, lambda value: value) for name, field in OTHER_NAMES.items()},
    "num_mtp_layers": ("num_nextn_predict_layers", lambda number: number),
    "engram_layer_ids": ("engram_layers", len),
    "engram_num_embeddings": ("engram_num_embeddings", lambda rows: sum(rows) if isinstance(rows, list) else rows),
    "dspark_target_layer_ids": ("dspark_target_layers", len),
}
"""Keys that are another field, or that become one by counting or adding up."""

_ROPE = ("rope_scaling", "rope_parameters")
_ROPE_NAMES = {"rope_type": "type", "type": "type"}
_ROPE_LEFT_OUT = ("partial_rotary_factor", "truncate", "attention_factor")
_FORMATS = ("dtype", "torch_dtype", "quantization_config", "expert_dtype")
_ABBREVIATED = {"bfloat16": "BF16", "float16": "FP16", "float32": "FP32", "fp8": "FP8", "fp4": "FP4", "mxfp4": "FP4"}
_CLOSE = 0.8  # a key that is one slip away, and not one that shares a word
_EXPONENT = re.compile(r"[eE]([-+]?)0*(\d+)$")
_WHOLE = re.compile(r"(\d{4,})\.0+")  # `10000.0`, which nobody means to a tenth
_OF_EXPERTS = re.compile(r"moe_|.*experts?(?:_|$)")


class NoConfig(Exception):
    pass


@dataclass(frozen=True)
class ConfigReading:
    fields: Mapping[str, Any]  # of `architecture:`, in the order of the schema, blocks as mappings
    weights_format: str  # empty where nothing says it
    unknown: Mapping[str, Any]
    left_out: Mapping[str, str]  # keys that no field is made from, each with its reason
    needed: tuple[str, ...]  # required fields that the file lacks
    remarks: tuple[str, ...]  # what to look at before the fields are believed
    likely: str = ""  # the kind of attention that the known keys suggest, where an unknown key leaves it open


def parse_config(text: str) -> Config:
    """Raises NoConfig for no JSON object, or for a key given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise NoConfig(f"config.json: `{twice[0]}` is there twice: which of the two holds?")
        return dict(pairs)

    try:
        found = json.loads(text, object_pairs_hook=once, parse_float=_as_typed)
    except json.JSONDecodeError as error:
        raise NoConfig(f"config.json:{error.lineno}: this is not JSON: {error.msg}") from None
    if not isinstance(found, dict) or not found:
        raise NoConfig("config.json: allowed is an object with the keys of a model's config.json")
    return found


class _Typed(str):
    pass


def _as_typed(text: str) -> _Typed:
    text = found[1] if (found := _WHOLE.fullmatch(text)) else text
    return _Typed(_EXPONENT.sub(lambda found: f"e{found[1].removeprefix('+')}{found[2]}", text))


def read_config(config: Config) -> ConfigReading:
    remarks = []
    outer = dict(config)
    part = next((name for name in _LANGUAGE_PARTS if isinstance(outer.get(name), dict)), None)
    keys = {**outer, **outer.pop(part)} if part else dict(outer)
    keys.pop(part, None)
    left_out, unknown = dict[str, str](), dict[str, Any]()
    for name in _OTHER_PARTS:
        if keys.pop(name, None) is not None:
            left_out[name] = "describe it under `images:`"
    weights_format, about_format = _weights_format({name: keys.pop(name) for name in _FORMATS if name in keys})
    remarks += about_format
    fields = dict[str, Any]()
    kind = detect_kind(keys)
    if kind is not None:
        fields.update(kind.from_config(keys))
    for key, value in keys.items():
        if key in LEFT_OUT and not (key in _LEFT_OUT_AT_0 and float(value or 0)):
            left_out[key] = LEFT_OUT[key]
        elif kind is not None and key in kind.config_keys and key not in Architecture.model_fields:
            continue
        elif key in _ROPE:
            _read_rope(key, value, fields, unknown)
        elif key in _READ_INTO:
            name, read = _READ_INTO[key]
            fields.setdefault(name, read(value))
        elif key in Architecture.model_fields and not isinstance(value, dict | list):
            if value is None and kind is not None and key in kind.needed:
                fields.setdefault(key, Absence.NOT_APPLICABLE.value)
            elif value is None:
                left_out[key] = "it is null"
            else:
                fields.setdefault(key, value)
                remarks += _not_allowed(key, value)
        else:
            unknown[key] = value
    if (share := _rotated_share(keys)) and "qk_rope_head_dim" not in keys:
        left_out.pop("partial_rotary_factor", None)
        remarks.append(
            f"`partial_rotary_factor: {share}` has no field without `qk_rope_head_dim`: say it under `notes:`"
        )
    fields["feed_forward"] = (FeedForward.DEEPSEEK_MOE if "n_routed_experts" in fields else FeedForward.DENSE).value
    if "n_routed_experts" not in fields and (
        hints := [key for key, value in keys.items() if value and _OF_EXPERTS.match(key)]
    ):
        fields["feed_forward"] = None
        remarks.append(f"feed_forward: likely {FeedForward.DEEPSEEK_MOE.value}, by {_quote_names(tuple(hints[:3]))}")
    fields["attention"] = kind.kind.value if kind is not None and not unknown else None
    remarks += _about_kind(kind, unknown)
    remarks += _about_unknown(unknown)
    in_order = {name: fields[name] for name in Architecture.model_fields if name in fields}
    likely = kind.kind.value if kind is not None and unknown else ""
    needed = tuple(_missing_required(kind, fields))
    return ConfigReading(in_order, weights_format, unknown, left_out, needed, tuple(remarks), likely)


def detect_kind(keys: Config) -> AttentionKind | None:
    """The kind with most of its keys, all present; None where none or two fit."""
    named = {OTHER_NAMES.get(key, key): value for key, value in keys.items()}
    heads, shared = named.get("num_attention_heads"), named.get("num_key_value_heads")

    def fits(kind: AttentionKind) -> bool:
        counted = kind.key_value_heads.fits
        if counted is None or not isinstance(heads, int):
            return True
        return isinstance(shared, int) and counted(heads, shared)

    told = [kind for kind in KINDS.values() if all(keys.get(key) is not None for key in kind.config_keys)]
    fitting = [kind for kind in told if fits(kind)]
    most = max((len(kind.config_keys) for kind in fitting), default=0)
    first = [kind for kind in fitting if len(kind.config_keys) == most]
    return first[0] if len(first) == 1 else None


def _read_rope(key: str, value: Any, fields: dict[str, Any], unknown: dict[str, Any]) -> None:
    """Newer files keep the base of the rotary embedding beside its scaling."""
    if not isinstance(value, dict):
        if value is not None:
            unknown[key] = value
        return
    scaling = dict[str, Any]()
    for name, setting in value.items():
        field = _ROPE_NAMES.get(name, name)
        if name in ("rope_theta", "compress_rope_theta"):
            fields.setdefault(name, setting)
        elif field in RopeScaling.model_fields:
            scaling[field] = setting
        elif name not in _ROPE_LEFT_OUT:
            unknown[f"{key}.{name}"] = setting
    if scaling and "type" not in scaling:
        unknown[key] = value
    elif scaling.get("type", "default") != "default":
        fields["rope_scaling"] = {name: scaling[name] for name in RopeScaling.model_fields if name in scaling}


def _rotated_share(keys: Config) -> Any:
    """The part of a head that the rotary embedding turns, wherever a file keeps it; None for all of it."""
    blocks = [keys, *(block for name in _ROPE if isinstance(block := keys.get(name), dict))]
    shares = [block.get("partial_rotary_factor") for block in blocks]
    return next((share for share in shares if share is not None and float(share) != 1), None)


def _weights_format(stated: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Of most weights, with remarks on the rest."""
    quantised = stated.get("quantization_config")
    if isinstance(quantised, dict):
        method = str(quantised.get("quant_method", ""))
        scheme = str(quantised.get("fmt", "")).upper()
        name = _ABBREVIATED.get(method.lower(), method.upper())
        said = f"{name} ({scheme})" if scheme else name
    else:
        said = str(stated.get("dtype") or stated.get("torch_dtype") or "")
        said = _ABBREVIATED.get(said, said)
    remarks = []
    if experts := stated.get("expert_dtype"):
        remarks.append(f"routed experts are in {_ABBREVIATED.get(str(experts), experts)} by `expert_dtype`")
    if said and said.split()[0] not in list(NumberFormat):
        remarks.append(f"weights are in `{said}`, which is no number format: a new one is a row in NUMBER_FORMATS")
    return said, remarks


def _not_allowed(key: str, value: Any) -> Iterator[str]:
    if key == "topk_method" and value not in list(TopkMethod):
        allowed = ", ".join(f"`{kind}`" for kind in TopkMethod)
        yield f"`{key}: {value}` is none that is known: allowed are {allowed}; a new one is a row in ROUTINGS"


def _about_kind(kind: AttentionKind | None, unknown: Mapping[str, Any]) -> Iterator[str]:
    new = "a new kind is a module in hooks/catalogue/attention/"
    if kind is None:
        yield f"attention: no kind fits its keys; {new}"
    elif unknown:
        by = _quote_names(kind.config_keys) or "`num_key_value_heads`"
        yield f"attention: {kind.kind.value} by {by}, unless an unknown key says otherwise; {new}"


def _about_unknown(unknown: Mapping[str, Any]) -> Iterator[str]:
    names = [*Architecture.model_fields, *LEFT_OUT]
    for key, value in unknown.items():
        close = closest_word(key, names, _CLOSE)
        shown = str(value) if isinstance(value, _Typed) else json.dumps(value, ensure_ascii=False)
        near = f"; nearest match: `{close}`" if close else ""
        fix = "add it to `_READ_INTO` or `LEFT_OUT` of hooks/catalogue/config_json.py, or a field of its own"
        yield f"`{key}: {shown[:60]}` is known to no field{near}; {fix}"


def _missing_required(kind: AttentionKind | None, fields: Mapping[str, Any]) -> Iterator[str]:
    for name, field in Architecture.model_fields.items():
        if field.is_required() and name not in fields:
            yield name
    yield from (name for name in (kind.needed if kind is not None else ()) if name not in fields)
    for name, kinds in marked_fields(Architecture, Kinds).items():
        if fields["feed_forward"] in kinds.needed_by and name not in fields:
            yield name


def _quote_names(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)
