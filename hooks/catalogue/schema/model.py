"""An entry of the catalogue, data/models/<id>.yaml: a family of models with its variants, releases, scores and disputes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Generic

from pydantic import Field, StrictBool, field_validator

from .architecture import Architecture, ImagePath, Settings, VisionEncoder
from .quantities import Amount, Count, Length, Quantity, Share
from .training import CacheFormat, Infrastructure, Stage
from .values import (
    LENGTH,
    Block,
    Bound,
    Detail,
    Facet,
    HttpsUrl,
    Identifier,
    Name,
    PartialDate,
    Record,
    Remark,
    Single,
    Stated,
    T,
    Text,
)


class Dates(Block):
    """When an entry came out. At least one date is a day or a month."""

    weights: Stated[PartialDate] | None = Field(
        default=None, description="First public weights.", examples=["2024-12-26"]
    )
    paper: Stated[PartialDate] | None = Field(
        default=None, description="First version of the paper.", examples=["2024-12-27"]
    )
    announcement: Stated[PartialDate] | None = Field(
        default=None, description="Announcement by DeepSeek.", examples=["2024-12-26"]
    )
    api: Annotated[Stated[PartialDate] | None, Facet.ALTERNATIVE] = Field(
        default=None, description="First day in the API.", examples=["2024-12-26"]
    )


# Licences that are known, and whether they allow commercial use of what they cover.
LICENCES = {
    "MIT": True,
    "Apache 2.0": True,
    "DeepSeek License Agreement": True,
    "DeepSeek License Agreement v1.0": True,
    "Llama 3.1 License": True,
    "Llama 3.3 License": True,
}


class Licences(Block):
    """Licences."""

    code: Stated[str] | None = Field(default=None, description="Licence of the code.", examples=["MIT"])
    weights: Stated[str] | None = Field(
        default=None, description="Licence of the weights.", examples=["DeepSeek License Agreement v1.0"]
    )
    commercial_use: Stated[StrictBool] | None = Field(
        default=None, description="Whether commercial use of the weights is allowed.", examples=[True]
    )


class LinkKind(StrEnum):
    """What a link leads to."""

    PAPER = "paper"
    REPOSITORY = "repository"
    WEIGHTS = "weights"
    ANNOUNCEMENT = "announcement"
    DATA = "data"


class Link(Record):
    """A link to another site."""

    kind: LinkKind = Field(description="What it leads to.", examples=["repository"])
    url: HttpsUrl = Field(description="Address.", examples=["https://github.com/deepseek-ai/DeepSeek-V3"])
    label: Text | None = Field(
        default=None, description="Words for the link, where the kind is not enough.", examples=["Configuration file"]
    )


class Release(Block):
    """What holds for a checkpoint that came out by itself. Nothing of the entry's dates, paper, licences and training holds for it unless it stands here."""

    weights: Single[PartialDate] | None = Field(
        default=None,
        description="First day of its weights; `not published` for weights that were never released.",
        examples=["2025-03-24"],
    )
    announcement: Single[PartialDate] | None = Field(
        default=None, description="Its announcement.", examples=["2025-03-25"]
    )
    paper: Single[PartialDate] | None = Field(
        default=None, description="First version of the paper that describes it.", examples=["2025-12-02"]
    )
    reference: Identifier | None = Field(
        default=None,
        description="Key of that paper in references.bib; left out where there is none.",
        examples=["deepseek-v3"],
    )
    licences: Licences | None = Field(default=None, description="Its licences.")
    format: Single[Text] | None = Field(
        default=None, description="Format of the released weights.", examples=["FP8 (E4M3)"]
    )
    gpu_hours: Single[Amount] | None = Field(default=None, description="GPU-hours of its training.", examples=["147K"])
    cost_usd: Single[Amount] | None = Field(
        default=None, description="Cost of its training in US dollars, as published.", examples=["294K"]
    )
    links: tuple[Link, ...] = Field(default=(), description="Links, such as its announcement.")


class ApiPointer(Block):
    """What a name of the API meant from a day on, until the next pointer."""

    since: Stated[PartialDate] = Field(
        description="First day, or `not published` where nobody says when the name began.", examples=["2024-12-26"]
    )
    variant: Identifier | None = Field(
        default=None, description="Variant that answered to the name.", examples=["deepseek-v3"]
    )
    label: Text | None = Field(
        default=None,
        description="Words for the model, where no variant of the catalogue is meant; given instead of `variant`.",
        examples=["DeepSeek-V2-0517"],
    )
    mode: Text | None = Field(
        default=None,
        description="Which mode of the variant, where one model answers to several names.",
        examples=["thinking mode"],
    )
    note: Text | None = Field(
        default=None, description="A remark, such as another date that a source gives.", examples=["Still a preview."]
    )


class ApiName(Block):
    """A name of DeepSeek's API, and the models it has led to."""

    id: Identifier = Field(description="Unique among the API names.", examples=["deepseek-chat"])
    name: str = Field(min_length=1, description="The name as it is sent to the API.", examples=["deepseek-chat"])
    pointers: tuple[ApiPointer, ...] = Field(min_length=1, description="What it meant, the oldest first.")
    until: Stated[PartialDate] | None = Field(
        default=None,
        description="Last day; left out while the name is accepted, `not published` where it ended on a day that nobody names.",
        examples=["2026-07-24"],
    )
    notes: tuple[Remark, ...] = Field(default=(), description="What a reader should know and no field holds.")


class Row(Record):
    """One line of an evaluation table."""

    benchmark: Name = Field(description="Benchmark, named as in the table.", examples=["MMLU"])
    setting: Text | None = Field(
        default=None, description="Shots, metric or mode, as in the table.", examples=["5-shot, EM"]
    )
    scores: dict[str, Single[Quantity]] = Field(
        min_length=1, description="Score by variant id.", examples=[{"deepseek-v3-base": "87.1"}]
    )


class LeftOut(Record):
    """Rows of a source's table that are not quoted, and why."""

    rows: tuple[Name, ...] = Field(
        min_length=1, description="Which, named as in the table.", examples=[["WinoGrande", "RACE-Middle"]]
    )
    why: Text = Field(description="Why they are left out.", examples=["The table prints them for another model only."])


class EvaluationKind(StrEnum):
    """What is compared: base models with base models, chat models with chat models."""

    BASE = "base"
    CHAT = "chat"
    REASONING = "reasoning"
    ABLATION = "ablation"


class Evaluation(Block):
    """Rows of one table of a paper, as it prints them."""

    id: Identifier = Field(description="Unique inside the entry.", examples=["base"])
    title: Text = Field(description="What the table compares.", examples=["Base model against its predecessor"])
    kind: EvaluationKind = Field(description="What is compared.", examples=["base"])
    rows: tuple[Row, ...] = Field(min_length=1, description="Rows in the table's order.")
    complete: StrictBool = Field(
        default=False,
        description="true where every row of the source's table is here; otherwise `left_out` names the others. Columns of other makers' models are never quoted and need no word.",
        examples=[True],
    )
    left_out: Annotated[tuple[LeftOut, ...], Facet.ALTERNATIVE] = Field(
        default=(), description="Rows of the source's table that are not here and why, which is shown above the table."
    )
    note: Text | None = Field(
        default=None,
        description="How the scores were taken, where it matters.",
        examples=["All models were evaluated by the authors."],
    )


class Track(StrEnum):
    """The lane of the timeline an entry belongs to."""

    GENERAL = "general"
    CODE = "code"
    MATH = "math"
    REASONING = "reasoning"
    PROVER = "prover"
    VISION = "vision"


class Relation(StrEnum):
    """How an entry builds on another."""

    SUCCEEDS = "succeeds"
    ARCHITECTURE = "takes its architecture from"
    INITIALISED = "initialised from"
    DISTILLED = "distilled from"
    MERGED = "merges"


class Lineage(Block):
    """An edge of the family tree."""

    model: Identifier = Field(description="Entry it builds on.", examples=["deepseek-v2"])
    relation: Relation = Field(description="How.", examples=["takes its architecture from"])
    note: Text | None = Field(default=None, description="A remark.")


class VariantKind(StrEnum):
    """What a checkpoint is."""

    BASE = "base"
    CHAT = "chat"
    INSTRUCT = "instruct"
    REASONING = "reasoning"
    RL = "RL"
    DISTILLED = "distilled"


class ActivatedBasis(StrEnum):
    """What a count of activated parameters includes. Papers do not say what theirs do."""

    ALL = "with both embeddings"
    NO_INPUT_EMBEDDING = "without the input embedding"
    NO_EMBEDDINGS = "without both embeddings"


_DIGITS_OF_AN_EXPLAINED_SIZE = 4


class Explanation(Remark):
    """Why a published size differs from the recomputed one."""

    recomputed: Quantity = Field(
        description="The recomputed value that is explained, to at least four digits.", examples=["2.4514B"]
    )

    @field_validator("recomputed")
    @classmethod
    def _has_enough_digits(cls, recomputed: Quantity) -> Quantity:
        if (
            len((recomputed.value / recomputed.step).to_integral_value().as_tuple().digits)
            < _DIGITS_OF_AN_EXPLAINED_SIZE
        ):
            raise ValueError("too short; allowed is the recomputed value to at least four digits, for example 2.4514B")
        return recomputed


class PartKind(StrEnum):
    """Parts whose sizes are recomputed beside the main model."""

    MTP = "MTP"
    ENGRAM = "Engram tables"
    VISION = "vision"
    READING = "active while reading"
    EVERYTHING = "everything"


class Counted(StrEnum):
    """What a published number of parameters counts, where that is not all of the main model for every token."""

    BACKBONE = "the backbone"
    WITH_ENGRAM = "with Engram"
    WRITING = "while writing"
    BACKBONE_WRITING = "the backbone, while writing"
    LANGUAGE_MODEL = "the language model"
    WITH_VISION = "with the vision encoder"
    WITHOUT_INDEXER = "without the indexer"
    FILES = "every tensor in the files"
    NAME = "its name"


class Size(Stated[T], Generic[T]):
    """A published number of parameters, with what it counts."""

    counts: Counted | None = Field(
        default=None,
        description="What it counts, printed with it: without Engram, with or without a vision encoder or indexer, while writing, or what the name says. Left out of the main model as a whole.",
    )


class Part(Block):
    """A part of a model with a size of its own."""

    name: Text = Field(description="Which part.", examples=["Vision encoder"])
    count: Stated[Count] = Field(description="Its parameters, as published.", examples=["0.4B"])
    recount: Annotated[PartKind | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Recomputed part that the count is held against.", examples=["MTP"]
    )
    explanation: Annotated[Explanation | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Why the two differ by more than half a unit of the last digit, where they do."
    )


class Parameters(Block):
    """Published sizes. They are recomputed at build and must agree."""

    total: Size[Count] = Field(
        description="All parameters, as published; `counts` says what they are where that is not all of the main model: "
        + ", ".join(Counted)
        + ".",
        examples=[{"value": "671B", "counts": "the backbone"}],
    )
    activated: Size[Count] | None = Field(
        default=None,
        description="Parameters active for a token; left out for dense models.",
        examples=[{"value": "37B", "counts": "while writing"}],
    )
    parts: tuple[Part, ...] = Field(
        default=(), description="Published sizes of parts, such as a vision encoder or MTP modules."
    )
    tolerance: Annotated[Share | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="How far the recomputed value may lie from the published one; half a unit of its last digit where left out.",
        examples=["1%"],
    )
    total_explanation: Annotated[Explanation | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Why the two counts of all parameters differ by more than the tolerance, where they do.",
    )
    activated_explanation: Annotated[Explanation | None, Facet.ALTERNATIVE] = Field(
        default=None, description="The same for the activated parameters."
    )


class Variant(Block):
    """One size or checkpoint."""

    id: Identifier = Field(description="Unique in the whole catalogue.", examples=["deepseek-v3-base"])
    name: str = Field(min_length=1, description="The name that DeepSeek gave it.", examples=["DeepSeek-V3-Base"])
    kind: VariantKind = Field(description="What the checkpoint is.", examples=["base"])
    based_on: Annotated[Stated[str] | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Weights it starts from: a variant id, or a name of `other_models` in models.yaml.",
        examples=["deepseek-v3-base"],
    )
    release: Annotated[Release | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Of a checkpoint that came out by itself, later or never: then nothing of the entry's dates, paper, licences and training holds for it.",
    )
    licences: Annotated[Licences | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Of a checkpoint of the first release: its licences, where they differ from the entry's.",
    )
    weights: HttpsUrl | None = Field(
        default=None,
        description="Where the weights are.",
        examples=["https://huggingface.co/deepseek-ai/DeepSeek-V3-Base"],
    )
    context_length: Annotated[Stated[Length] | None, LENGTH] = Field(
        default=None, description="Supported context in tokens, as DeepSeek states it.", examples=["128K"]
    )
    parameters: Parameters = Field(description="Published sizes.")
    architecture: Architecture | None = Field(
        default=None, description="Architecture; left out where `architecture_of` is given."
    )
    architecture_of: Annotated[Identifier | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Variant whose architecture this one shares.", examples=["deepseek-v3-base"]
    )
    architecture_except: Annotated[Settings | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Settings in which its configuration differs from the architecture that it shares."
    )
    vision: VisionEncoder | None = Field(
        default=None, description="Vision encoder; a variant that shares an architecture shares it too."
    )
    images: tuple[ImagePath, ...] = Field(
        default=(),
        description="How images enter and leave; a variant that shares an architecture shares them where it states none.",
    )
    images_of: Annotated[Identifier | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Variant whose `images` this one has too.", examples=["janus-1.3b"]
    )
    notes: tuple[Remark, ...] = Field(default=(), description="Remarks on this variant.")


class Tokenizer(Block):
    """Tokenizer."""

    algorithm: Stated[Text] | None = Field(default=None, description="Algorithm.", examples=["byte-level BPE"])
    vocabulary: Annotated[Stated[Count] | None, Bound("256", "10000000")] = Field(
        default=None, description="Size as the paper states it; the embedding may have more rows.", examples=["128K"]
    )
    details: tuple[Detail, ...] = Field(default=(), description="Further published values.")


class TechniqueChange(StrEnum):
    """What an entry says of a technique beyond that it uses it."""

    INTRODUCED = "introduced"
    DROPPED = "dropped"


class UseScope(StrEnum):
    """What a technique is used in, where it is not used in all of a model."""

    SERVING = "serving"


class TechniqueUse(Block):
    """A technique and what this entry did with it."""

    id: Identifier = Field(description="Technique of techniques.yaml.", examples=["mla"])
    change: Annotated[TechniqueChange | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="introduced (first described here) or dropped (a model that it builds on had it, and this one gave it up). Left out of what is used: whether it is new, kept or taken over follows from `builds_on`, `based_on` and the dates.",
        examples=["introduced"],
    )
    only_in: Annotated[UseScope | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="serving, where the model is served with it and trained without.",
        examples=["serving"],
    )
    came_with: Annotated[str | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Network of another maker that it came with, as part of this one: a name of `other_models` in models.yaml.",
        examples=["Qwen2-0.5B"],
    )
    variants: Annotated[tuple[Identifier, ...], Facet.ALTERNATIVE] = Field(
        default=(),
        description="Checkpoints that it holds for, where it came with a later one; left out for the first release.",
        examples=[["deepseek-v4-flash-0731"]],
    )
    note: Text | None = Field(default=None, description="How it was used here.", examples=["Only in the last stage."])


class Change(Block):
    """A change against the predecessor that dimensions alone do not show."""

    aspect: Text = Field(description="What changed.", examples=["Load balancing"])
    before: Text | None = Field(default=None, description="How it was.", examples=["auxiliary losses"])
    after: Text = Field(description="How it is.", examples=["a bias on each expert's score"])
    reason: Single[Text] | None = Field(
        default=None,
        description="Why, as the source says it; `not published` where DeepSeek gives no reason.",
        examples=["A loss strong enough to balance the load harms the model."],
    )
    reason_by_others: Remark | None = Field(
        default=None,
        description="A good reason that somebody else gives, with its own source; it is shown as theirs. The text does not name them.",
        examples=[{"text": "Scores that do not compete can be added to a bias.", "source": "bee-paper §2"}],
    )


class Claim(Block):
    """One side of a dispute."""

    says: Text = Field(description="What this source says.", examples=["671B"])


class Weight(StrEnum):
    """How much a dispute matters to a reader; disputes are shown in this order."""

    CENTRAL = "central"
    NORMAL = "normal"
    TRIFLE = "trifle"


class Dispute(Record):
    """Sources that disagree, side by side, and our reading."""

    about: Text = Field(description="The question.", examples=["Total parameters: 671B or 685B?"])
    claims: tuple[Claim, ...] = Field(min_length=2, description="Who says what.")
    weight: Weight = Field(
        default=Weight.NORMAL,
        description="central stands open and first, a trifle is folded away with the others of its kind.",
        examples=["central"],
    )
    verdict: Text = Field(description="Our reading, and why.", examples=["Both: the second counts the MTP module."])


class Model(Record):
    """One family of models."""

    id: Identifier = Field(
        description="Unique in the whole catalogue; the address of the page.", examples=["deepseek-v3"]
    )
    name: str = Field(min_length=1, description="The name that DeepSeek gave it.", examples=["DeepSeek-V3"])
    track: Track = Field(description="Lane of the timeline.", examples=["general"])
    reference: Identifier | None = Field(
        default=None,
        description="Key of the paper in references.bib; left out where there is none.",
        examples=["deepseek-v3"],
    )
    dates: Dates = Field(description="When it came out.")
    lead: Text | None = Field(
        default=None,
        description="What it is and what is new, in at most 40 words: what a reader sees first. The headline numbers stand below it.",
        examples=[{"en": "A mixture of experts that is trained in FP8.", "zh": "用 FP8 训练的混合专家模型。"}],
    )
    summary: Text = Field(
        description="What it is, in about three sentences. Numbers are interpolated, not typed.",
        examples=[{"en": "A mixture of experts that is trained in FP8.", "zh": "用 FP8 训练的混合专家模型。"}],
    )
    builds_on: Annotated[tuple[Lineage, ...], Facet.ALTERNATIVE] = Field(
        default=(), description="What it builds on. As soon as one of them is older, `main_parent` is needed."
    )
    main_parent: Annotated[Identifier | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="The one entry of `builds_on` that it continues: the line that leads to it on the map of models.",
        examples=["deepseek-v2"],
    )
    compared_with: Annotated[Identifier | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Variant that the flagship is compared with under “What changed”: the predecessor's, or the closest relative. `builds_on` makes it a predecessor.",
        examples=["deepseek-v2"],
    )
    flagship: Identifier = Field(
        description="Variant that stands for the entry in comparisons.", examples=["deepseek-v3-base"]
    )
    variants: tuple[Variant, ...] = Field(min_length=1, description="Sizes and checkpoints, the smallest first.")
    tokenizer: Tokenizer | None = Field(default=None, description="Tokenizer.")
    training: tuple[Stage, ...] = Field(default=(), description="Stages in the order in which they were run.")
    infrastructure: Infrastructure | None = Field(default=None, description="What it was trained with.")
    kv_cache: CacheFormat | None = Field(default=None, description="How the KV cache is stored in service.")
    serving: tuple[Detail, ...] = Field(default=(), description="Published values on inference and deployment.")
    evaluation: tuple[Evaluation, ...] = Field(
        default=(), description="Tables of scores, their rows exactly as the paper has them."
    )
    techniques: tuple[TechniqueUse, ...] = Field(
        default=(), description="Techniques that it introduced, uses or dropped."
    )
    changes: tuple[Change, ...] = Field(
        default=(), description="Changes against the predecessor that dimensions do not show."
    )
    disputes: tuple[Dispute, ...] = Field(default=(), description="Where sources disagree.")
    notes: tuple[Remark, ...] = Field(default=(), description="What a reader should know and no field holds.")
    licences: Licences | None = Field(default=None, description="Licences.")
    links: tuple[Link, ...] = Field(default=(), description="Links.")


class OtherModel(Record):
    """A model that is not in the catalogue."""

    name: str = Field(min_length=1, description="Its name, by which variants call it.", examples=["Qwen2.5-Math-7B"])
    zh: str | None = Field(
        default=None,
        min_length=1,
        description="What Chinese pages call it, where the name has English words.",
        examples=["DeepSeek LLM 1B（未发布）"],
    )
    maker: str = Field(
        min_length=1,
        description="Who made it: what came with the network of another maker is taken over.",
        examples=["Alibaba"],
    )


class ModelsFile(Record):
    """data/models.yaml, with the entries that stand in files of their own."""

    models: tuple[Model, ...] = Field(
        default=(), min_length=1, description="Entries, unless they stand in files of their own: data/models/<id>.yaml."
    )
    other_models: tuple[OtherModel, ...] = Field(
        default=(), description="Models that are not in the catalogue and that a variant is based on."
    )
    api_names: tuple[ApiName, ...] = Field(default=(), description="Names of the API as dated pointers.")
