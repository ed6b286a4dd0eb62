"""An entry of the catalogue, data/models/<id>.yaml: a family of models with its variants, releases, scores and disputes."""

from enum import StrEnum
from typing import Generic

from pydantic import StrictBool, field_validator

from .architecture import Architecture, ImagePath, Settings, VisionEncoder
from .quantities import Amount, Count, Length, Quantity, Share
from .setting import Setting
from .training import CacheFormat, Infrastructure, Stage
from .values import (
    LENGTH,
    Block,
    Bound,
    Detail,
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
    optional,
    required,
)


class Dates(Block):
    """When an entry came out. At least one date is a day or a month."""

    weights: Stated[PartialDate] | None = optional("First public weights.", "2024-12-26")
    paper: Stated[PartialDate] | None = optional("First version of the paper.", "2024-12-27")
    announcement: Stated[PartialDate] | None = optional("Announcement by DeepSeek.", "2024-12-26")
    api: Stated[PartialDate] | None = optional("First day in the API.", "2024-12-26")


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

    code: Stated[str] | None = optional("Licence of the code.", "MIT")
    weights: Stated[str] | None = optional("Licence of the weights.", "DeepSeek License Agreement v1.0")
    commercial_use: Stated[StrictBool] | None = optional("Whether commercial use of the weights is allowed.", True)


class LinkKind(StrEnum):
    """What a link leads to."""

    PAPER = "paper"
    REPOSITORY = "repository"
    WEIGHTS = "weights"
    ANNOUNCEMENT = "announcement"
    DATA = "data"


class Link(Record):
    """A link to another site."""

    kind: LinkKind = required("What it leads to.", "repository")
    url: HttpsUrl = required("Address.", "https://github.com/deepseek-ai/DeepSeek-V3")
    label: Text | None = optional("Words for the link, where the kind is not enough.", "Configuration file")


class Release(Block):
    """What holds for a checkpoint that came out by itself. Nothing of the entry's dates, paper, licences and training holds for it unless it stands here."""

    weights: Single[PartialDate] | None = optional(
        "First day of its weights; `not published` for weights that were never released.", "2025-03-24"
    )
    announcement: Single[PartialDate] | None = optional("Its announcement.", "2025-03-25")
    paper: Single[PartialDate] | None = optional("First version of the paper that describes it.", "2025-12-02")
    reference: Identifier | None = optional(
        "Key of that paper in references.bib; left out where there is none.", "deepseek-v3"
    )
    licences: Licences | None = optional("Its licences.")
    format: Single[Text] | None = optional("Format of the released weights.", "FP8 (E4M3)")
    gpu_hours: Single[Amount] | None = optional("GPU-hours of its training.", "147K")
    cost_usd: Single[Amount] | None = optional("Cost of its training in US dollars, as published.", "294K")
    links: tuple[Link, ...] = optional("Links, such as its announcement.", default=())


class ApiPointer(Block):
    """What a name of the API meant from a day on, until the next pointer."""

    since: Stated[PartialDate] = required(
        "First day, or `not published` where nobody says when the name began.", "2024-12-26"
    )
    variant: Identifier | None = optional("Variant that answered to the name.", "deepseek-v3")
    label: Text | None = optional(
        "Words for the model, where no variant of the catalogue is meant; given instead of `variant`.",
        "DeepSeek-V2-0517",
    )
    mode: Text | None = optional(
        "Which mode of the variant, where one model answers to several names.", "thinking mode"
    )
    note: Text | None = optional("A remark, such as another date that a source gives.", "Still a preview.")


class ApiName(Block):
    """A name of DeepSeek's API, and the models it has led to."""

    id: Identifier = required("Unique among the API names.", "deepseek-chat")
    name: str = required("The name as it is sent to the API.", "deepseek-chat", min_length=1)
    pointers: tuple[ApiPointer, ...] = required("What it meant, the oldest first.", min_length=1)
    until: Stated[PartialDate] | None = optional(
        "Last day; left out while the name is accepted, `not published` where it ended on a day that nobody names.",
        "2026-07-24",
    )
    notes: tuple[Remark, ...] = optional("What a reader should know and no field holds.", default=())


class Rate(StrEnum):
    """When a price holds."""

    ALWAYS = "always"
    NIGHT = "night"
    OFF_PEAK = "off-peak"
    PEAK = "peak"


class TokenPrices(Block):
    """What a million tokens cost."""

    hit: Single[Quantity] | None = optional(
        "Input found in the cache; left out where there was no cache, or it is not known.", 0.003
    )
    miss: Single[Quantity] = required("Other input.", 0.15)
    output: Single[Quantity] = required("Output.", "0.60")


class ApiPrice(Block):
    """What names of the API cost from a day on, at one rate; the night's stands beside what was there, any other takes its place."""

    names: tuple[Identifier, ...] = required("Ids of the names that it holds for.", ["deepseek-flash"], min_length=1)
    since: PartialDate = required("First day, in UTC.", "2026-09-10")
    rate: Rate = optional("When it holds: always, night, off-peak or peak.", "peak", default=Rate.ALWAYS)
    dollars: TokenPrices = required("In US dollars.", {"hit": "0.003", "miss": "0.15", "output": "0.60"})
    yuan: TokenPrices | None = optional("In yuan, where it was read.", {"hit": "0.02", "miss": "1", "output": "4"})
    note: Text | None = optional("A remark, such as the hour.", "At 04:00 UTC.")

    @property
    def path(self) -> str:
        """By which texts quote it: `deepseek-flash-2026-09-10-peak`."""
        rate = "" if self.rate is Rate.ALWAYS else f"-{self.rate.value}"
        return f"{self.names[0]}-{self.since.text}{rate}"


class BillingHours(Block):
    """Which hours have a price of their own from a day on."""

    since: PartialDate = required("First day, in UTC.", "2026-08-22")
    rate: Rate = required("The price of these hours.", "peak")
    hours: Text = required("Which hours.", "01:00 to 04:00 and 06:00 to 10:00 UTC, Monday to Friday")


class ApiService(Block):
    """A service of the API that is no model to talk to, such as search or speech."""

    id: Identifier = required("Unique among the services.", "asr")
    name: Text = required("What it is called.", "Speech to text (ASR)")
    endpoint: str = required("What is called.", "POST /v1/tools/asr", min_length=1)
    since: Stated[PartialDate] = required("First day.", "2026-11-13")
    does: Text = required("What it takes and gives.", "A file of audio in, its text out.")
    model: Stated[Text] = required("The model behind it, `not published` where DeepSeek does not say.", "not published")
    per: Text = required("What the price is for.", "an hour of audio")
    yuan: Single[Quantity] = required("Price in yuan.", 0.78)
    dollars: Single[Quantity] | None = optional("Price in US dollars, where it was read.", 0.75)


class Row(Record):
    """One line of an evaluation table."""

    benchmark: Name = required("Benchmark, named as in the table.", "MMLU")
    setting: Setting | None = optional(
        "How the scores were taken, put over the table's `setting`.", {"shots": "5-shot", "metric": "EM"}
    )
    scores: dict[str, Single[Quantity]] = required("Score by variant id.", {"deepseek-v3-base": "87.1"}, min_length=1)


class LeftOut(Record):
    """Rows of a source's table that are not quoted, and why."""

    rows: tuple[Name, ...] = required("Which, named as in the table.", ["WinoGrande", "RACE-Middle"], min_length=1)
    why: Text = required("Why they are left out.", "The table prints them for another model only.")


class EvaluationKind(StrEnum):
    """What is compared: base models with base models, chat models with chat models, provers and readers of documents with their like."""

    BASE = "base"
    CHAT = "chat"
    REASONING = "reasoning"
    SPECIALIST = "specialist"
    ABLATION = "ablation"


COMPARED_KINDS = tuple(kind for kind in EvaluationKind if kind is not EvaluationKind.ABLATION)


class Evaluation(Block):
    """Rows of one table of a paper, as it prints them."""

    id: Identifier = required("Unique inside the entry.", "base")
    title: Text = required("What the table compares.", "Base model against its predecessor")
    kind: EvaluationKind = required("What is compared.", "base")
    setting: Setting | None = optional("What holds for each row that does not say otherwise.", {"mode": "Max"})
    rows: tuple[Row, ...] = required("Rows in the table's order.", min_length=1)
    complete: StrictBool = optional(
        "true where every row of the source's table is here; otherwise `left_out` names the others. Columns of other makers' models are never quoted and need no word.",
        True,
        default=False,
    )
    left_out: tuple[LeftOut, ...] = optional(
        "Rows of the source's table that are not here and why, which is shown above the table.", default=()
    )
    note: Text | None = optional(
        "How the scores were taken, where it matters.", "All models were evaluated by the authors."
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

    model: Identifier = required("Entry it builds on.", "deepseek-v2")
    relation: Relation = required("How.", "takes its architecture from")
    note: Text | None = optional("A remark.")


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

    recomputed: Quantity = required("The recomputed value that is explained, to at least four digits.", "2.4514B")

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

    counts: Counted | None = optional(
        "What it counts, printed with it: without Engram, with or without a vision encoder or indexer, while writing, or what the name says. Left out of the main model as a whole."
    )


class Part(Block):
    """A part of a model with a size of its own."""

    name: Text = required("Which part.", "Vision encoder")
    count: Stated[Count] = required("Its parameters, as published.", "0.4B")
    recount: PartKind | None = optional("Recomputed part that the count is held against.", "MTP")
    explanation: Explanation | None = optional(
        "Why the two differ by more than half a unit of the last digit, where they do."
    )


class Parameters(Block):
    """Published sizes. They are recomputed at build and must agree."""

    total: Size[Count] = required(
        "All parameters, as published; `counts` says what they are where that is not all of the main model: "
        + ", ".join(Counted)
        + ".",
        {"value": "671B", "counts": "the backbone"},
    )
    activated: Size[Count] | None = optional(
        "Parameters active for a token; left out for dense models.", {"value": "37B", "counts": "while writing"}
    )
    parts: tuple[Part, ...] = optional("Published sizes of parts, such as a vision encoder or MTP modules.", default=())
    tolerance: Share | None = optional(
        "How far the recomputed value may lie from the published one; half a unit of its last digit where left out.",
        "1%",
    )
    total_explanation: Explanation | None = optional(
        "Why the two counts of all parameters differ by more than the tolerance, where they do."
    )
    activated_explanation: Explanation | None = optional("The same for the activated parameters.")


class Variant(Block):
    """One size or checkpoint."""

    id: Identifier = required("Unique in the whole catalogue.", "deepseek-v3-base")
    name: str = required("The name that DeepSeek gave it.", "DeepSeek-V3-Base", min_length=1)
    kind: VariantKind = required("What the checkpoint is.", "base")
    based_on: Stated[str] | None = optional(
        "Weights it starts from: a variant id, or a name of `other_models` in models.yaml.", "deepseek-v3-base"
    )
    release: Release | None = optional(
        "Of a checkpoint that came out by itself, later or never: then nothing of the entry's dates, paper, licences and training holds for it."
    )
    licences: Licences | None = optional(
        "Of a checkpoint of the first release: its licences, where they differ from the entry's."
    )
    weights: HttpsUrl | None = optional("Where the weights are.", "https://huggingface.co/deepseek-ai/DeepSeek-V3-Base")
    context_length: Stated[Length] | None = optional(
        "Supported context in tokens, as DeepSeek states it.", "128K", LENGTH
    )
    parameters: Parameters = required("Published sizes.")
    architecture: Architecture | None = optional("Architecture; left out where `architecture_of` is given.")
    architecture_of: Identifier | None = optional("Variant whose architecture this one shares.", "deepseek-v3-base")
    architecture_except: Settings | None = optional(
        "Settings in which its configuration differs from the architecture that it shares."
    )
    vision: VisionEncoder | None = optional("Vision encoder; a variant that shares an architecture shares it too.")
    images: tuple[ImagePath, ...] = optional(
        "How images enter and leave; a variant that shares an architecture shares them where it states none.",
        default=(),
    )
    images_of: Identifier | None = optional("Variant whose `images` this one has too.", "janus-1.3b")
    notes: tuple[Remark, ...] = optional("Remarks on this variant.", default=())


class Tokenizer(Block):
    """Tokenizer."""

    algorithm: Stated[Text] | None = optional("Algorithm.", "byte-level BPE")
    vocabulary: Stated[Count] | None = optional(
        "Size as the paper states it; the embedding may have more rows.", "128K", Bound("256", "10000000")
    )
    details: tuple[Detail, ...] = optional("Further published values.", default=())


class TechniqueChange(StrEnum):
    """What an entry says of a technique beyond that it uses it."""

    INTRODUCED = "introduced"
    DROPPED = "dropped"


class UseScope(StrEnum):
    """What a technique is used in, where it is not used in all of a model."""

    SERVING = "serving"


class TechniqueUse(Block):
    """A technique and what this entry did with it."""

    id: Identifier = required("Technique of techniques.yaml.", "mla")
    change: TechniqueChange | None = optional(
        "introduced (first described here) or dropped (a model that it builds on had it, and this one gave it up). Left out of what is used: whether it is new, kept or taken over follows from `builds_on`, `based_on` and the dates.",
        "introduced",
    )
    only_in: UseScope | None = optional("serving, where the model is served with it and trained without.", "serving")
    came_with: str | None = optional(
        "Network of another maker that it came with, as part of this one: a name of `other_models` in models.yaml.",
        "Qwen2-0.5B",
    )
    variants: tuple[Identifier, ...] = optional(
        "Checkpoints that it holds for, where it came with a later one; left out for the first release.",
        ["deepseek-v4-flash-0731"],
        default=(),
    )
    note: Text | None = optional("How it was used here.", "Only in the last stage.")


class Change(Block):
    """A change against the predecessor that dimensions alone do not show."""

    aspect: Text = required("What changed.", "Load balancing")
    technique: Identifier | None = optional("Technique that stands behind it, whose picture is shown beside it.", "mla")
    before: Text | None = optional("How it was.", "auxiliary losses")
    after: Text = required("How it is.", "a bias on each expert's score")
    reason: Single[Text] | None = optional(
        "Why, as the source says it; `not published` where DeepSeek gives no reason.",
        "A loss strong enough to balance the load harms the model.",
    )
    reason_by_others: Remark | None = optional(
        "A good reason that somebody else gives, with its own source; it is shown as theirs. The text does not name them.",
        {"text": "Scores that do not compete can be added to a bias.", "source": "bee-paper §2"},
    )


class Claim(Block):
    """One side of a dispute."""

    says: Text = required("What this source says.", "671B")


class Weight(StrEnum):
    """How much a dispute matters to a reader; disputes are shown in this order."""

    CENTRAL = "central"
    NORMAL = "normal"
    TRIFLE = "trifle"


class Dispute(Record):
    """Sources that disagree, side by side, and our reading."""

    about: Text = required("The question.", "Total parameters: 671B or 685B?")
    claims: tuple[Claim, ...] = required("Who says what.", min_length=2)
    weight: Weight = optional(
        "central stands open and first, a trifle is folded away with the others of its kind.",
        "central",
        default=Weight.NORMAL,
    )
    verdict: Text = required("Our reading, and why.", "Both: the second counts the MTP module.")


class Model(Record):
    """One family of models."""

    id: Identifier = required("Unique in the whole catalogue; the address of the page.", "deepseek-v3")
    name: str = required("The name that DeepSeek gave it.", "DeepSeek-V3", min_length=1)
    track: Track = required("Lane of the timeline.", "general")
    reference: Identifier | None = optional(
        "Key of the paper in references.bib; left out where there is none.", "deepseek-v3"
    )
    dates: Dates = required("When it came out.")
    lead: Text | None = optional(
        "What it is and what is new, in at most 40 words: what a reader sees first. The headline numbers stand below it.",
        {"en": "A mixture of experts that is trained in FP8.", "zh": "用 FP8 训练的混合专家模型。"},
    )
    summary: Text = required(
        "What it is, in about three sentences. Numbers are interpolated, not typed.",
        {"en": "A mixture of experts that is trained in FP8.", "zh": "用 FP8 训练的混合专家模型。"},
    )
    builds_on: tuple[Lineage, ...] = optional(
        "What it builds on. Where it continues an older one, main_parent is needed.", default=()
    )
    main_parent: Identifier | None = optional(
        "The one entry of `builds_on` that it continues: the line that leads to it on the map of models.", "deepseek-v2"
    )
    compared_with: Identifier | None = optional(
        "Variant that the flagship is compared with under “What changed”: the predecessor's, or the closest relative. `builds_on` makes it a predecessor.",
        "deepseek-v2",
    )
    flagship: Identifier = required("Variant that stands for the entry in comparisons.", "deepseek-v3-base")
    variants: tuple[Variant, ...] = required("Sizes and checkpoints, the smallest first.", min_length=1)
    tokenizer: Tokenizer | None = optional("Tokenizer.")
    training: tuple[Stage, ...] = optional("Stages in the order in which they were run.", default=())
    infrastructure: Infrastructure | None = optional("What it was trained with.")
    kv_cache: CacheFormat | None = optional("How the KV cache is stored in service.")
    serving: tuple[Detail, ...] = optional("Published values on inference and deployment.", default=())
    evaluation: tuple[Evaluation, ...] = optional(
        "Tables of scores, their rows exactly as the paper has them.", default=()
    )
    techniques: tuple[TechniqueUse, ...] = optional("Techniques that it introduced, uses or dropped.", default=())
    changes: tuple[Change, ...] = optional("Changes against the predecessor that dimensions do not show.", default=())
    disputes: tuple[Dispute, ...] = optional("Where sources disagree.", default=())
    notes: tuple[Remark, ...] = optional("What a reader should know and no field holds.", default=())
    licences: Licences | None = optional("Licences.")
    links: tuple[Link, ...] = optional("Links.", default=())


class OtherModel(Record):
    """A model that is not in the catalogue."""

    name: str = required("Its name, by which variants call it.", "Qwen2.5-Math-7B", min_length=1)
    zh: str | None = optional(
        "What Chinese pages call it, where the name has English words.", "DeepSeek LLM 1B（未发布）", min_length=1
    )
    maker: str = required(
        "Who made it: what came with the network of another maker is taken over.", "Alibaba", min_length=1
    )


class ModelsFile(Record):
    """data/models.yaml, with the entries that stand in files of their own."""

    models: tuple[Model, ...] = optional(
        "Entries, unless they stand in files of their own: data/models/<id>.yaml.", default=(), min_length=1
    )
    other_models: tuple[OtherModel, ...] = optional(
        "Models that are not in the catalogue and that a variant is based on.", default=()
    )
    api_names: tuple[ApiName, ...] = optional("Names of the API as dated pointers.", default=())
    api_prices: tuple[ApiPrice, ...] = optional("What the names cost, the oldest first.", default=())
    billing_hours: tuple[BillingHours, ...] = optional("Hours with a price of their own, the oldest first.", default=())
    api_services: tuple[ApiService, ...] = optional("Services of the API beside the models.", default=())
