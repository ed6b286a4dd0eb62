"""What is read beside the entries: data/documents.yaml and data/copies.yaml, models of other makers, and what others publish."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue

from .architecture import Architecture
from .quantities import Count, Scalar
from .values import Block, Identifier, Positive, Record, Source, Sources, Stated, Text, optional, parse_source, required

Heading = Annotated[str, StringConstraints(pattern=r"^[^\s,;][^,;]*$")]
Outline = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*( \d+(\.\d+)*)*$")]


# Name of the document that a bare `§4.2` or `Table 3` is in.
PAPER = "paper"


class Document(Record):
    """Headings of a document, or why it may be cited without naming one; of a paper, how far its numbers go."""

    headings: tuple[Heading, ...] = optional(
        "Its headings, in order, as they are written in it, each as far as its first comma.", default=()
    )
    short: str | None = optional("It is one screen long: what there is in it.", min_length=1)
    sections: Positive | None = optional("Of a paper: the number of its last section.")
    outline: Outline | None = optional("Of a paper: the numbers of all its sections, in order.")
    tables: Positive | None = optional("Of a paper: the number of its last table.")
    figures: Positive | None = optional("Of a paper: the number of its last figure.")
    unread: Text | None = optional("It cannot be opened: what was tried.")


class DocumentsFile(Record):
    """data/documents.yaml."""

    packages: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="DeepSeek's packages on `pypi` and `npm`, each with the newest version that was read there; `make watch` asks for others.",
        examples=[{"pypi": {"deepinfer": "0.1.0"}}],
    )
    documents: dict[Identifier, dict[str, Document]] = Field(
        default_factory=dict,
        description="By reference key and name of the document in it; `README` is the model card too, `paper` the paper itself.",
        examples=[{"deepseek-r1-repo": {"README": {"headings": ["1. Introduction", "2. Model Summary"]}}}],
    )


EVERYWHERE, ORIGINAL = "*", "original"


@dataclass(frozen=True)
class Copy(Scalar):
    """A copy of a document and the place in it, or `original` for a place that was read in the document itself."""

    via: Source | None

    json_schema: ClassVar[JsonSchemaValue] = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9.-]*(\s|$)"}

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError."""
        if not isinstance(data, str) or not data.strip():
            raise ValueError("not a copy; allowed is `copy-key place`, or `original`")
        return cls(None if data == ORIGINAL else parse_source(data))


class CopiesFile(Record):
    """data/copies.yaml."""

    copies: dict[Identifier, Copy | dict[str, Copy]] = Field(
        default_factory=dict,
        description=(
            "By reference key: the copy in which the document was read; or by place in the document, "
            "`*` for all places that are not named. A place covers what is inside it: `README` covers `README §2`."
        ),
        examples=[{"deepseek-v4": {"*": "copy-somebody papers/v4.md", "Table 1": "original"}}],
    )


@dataclass(frozen=True)
class Copies:
    """The table of copies."""

    lines: Mapping[tuple[str, str], Source | None]  # by document and place
    second_hand: frozenset[str] = frozenset()  # keys of references that are copies

    @classmethod
    def from_file(cls, file: CopiesFile, second_hand: Iterable[str] = ()) -> Self:
        return cls({(key, place): copy.via for key, place, copy in each_line(file)}, frozenset(second_hand))

    @cached_property
    def _filled_before(self) -> dict[Sources, Sources]:
        """Many values have the same sources."""
        return {}

    @cached_property
    def _places_by_document(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for key, place in self.lines:
            found.setdefault(key, []).append(place)
        return {key: tuple(sorted(places, key=len, reverse=True)) for key, places in found.items()}

    def find_copy(self, key: str, locus: str) -> tuple[str, str] | None:
        """The copy for a place: its own, that of the place around it, or that of the whole document."""
        if not locus:
            return None
        for place in self._places_by_document.get(key, ()):
            if place == locus or (locus.startswith(place) and locus[len(place)] in " ,"):
                return key, place
        return (key, EVERYWHERE) if (key, EVERYWHERE) in self.lines else None

    def with_copies(self, sources: Sources | None) -> Sources | None:
        """Sources with the copy in which each was read, unless one is typed."""
        if sources is None:
            return None
        if sources not in self._filled_before:
            items = tuple(self._with_copy(item) for item in sources.items)
            changed = any(new is not old for new, old in zip(items, sources.items, strict=True))
            self._filled_before[sources] = Sources(items) if changed else sources
        return self._filled_before[sources]

    def _with_copy(self, item: Source) -> Source:
        line = self.find_copy(item.key, item.locus) if item.via is None else None
        copy = self.lines[line] if line else None
        if copy is None and item.key not in self.second_hand:
            return item
        return replace(item, via=copy or item.via, tabled=bool(copy), second_hand=item.key in self.second_hand)


def each_line(file: CopiesFile) -> Iterator[tuple[str, str, Copy]]:
    for key, stated in file.copies.items():
        for place, copy in stated.items() if isinstance(stated, dict) else ((EVERYWHERE, stated),):
            yield key, place, copy


class ModelType(Record):
    """A model type of Hugging Face transformers with what its configuration class has of DeepSeek's ideas. Its values are defaults of the class."""

    type: str
    maker: str
    checkpoint: str
    gate: str = ""
    bias: bool = False
    mtp_in_checkpoint: bool = False
    stated: bool = False  # some of the values are the checkpoint's, as its maker states them
    from_deepseek: tuple[str, ...] = ()
    kv_lora_rank: int | None = None
    q_lora_rank: int | None = None
    qk_nope_head_dim: int | None = None
    qk_rope_head_dim: int | None = None
    v_head_dim: int | None = None
    n_routed_experts: int | None = None
    num_experts_per_tok: int | None = None
    n_shared_experts: int | None = None
    n_group: int | None = None
    topk_group: int | None = None
    routed_scaling_factor: float | None = None
    num_nextn_predict_layers: int | None = None
    index_topk: int | None = None
    index_n_heads: int | None = None
    index_head_dim: int | None = None
    hc_mult: int | None = None
    hc_sinkhorn_iters: int | None = None
    engram_max_ngram_size: int | None = None


class Elsewhere(Record):
    """The table as it was read from one version of transformers."""

    version: str
    models: tuple[ModelType, ...]
    deepseek_as_text_model: dict[str, str] = Field(default_factory=dict)


class Contemporary(Block):
    """A model of another maker whose parameters and cache are recomputed beside DeepSeek's."""

    id: Identifier = required("Unique among the contemporaries.", "qwen3-235b-a22b")
    name: str = required("The name that its maker gave it.", "Qwen3-235B-A22B", min_length=1)
    maker: str = required(
        "Who made it, which keeps it out of DeepSeek's counts, firsts and lineages.", "Alibaba", min_length=1
    )
    total: Stated[Count] | None = optional("All parameters, as published.", "235B")
    activated: Stated[Count] | None = optional("Parameters active for a token, as published.", "22B")
    architecture: Architecture = required("Its dimensions, in the words of config.json.")
    remark: Text | None = optional("What the count leaves out.")


class ContemporariesFile(Record):
    """data/contemporaries.yaml."""

    contemporaries: tuple[Contemporary, ...] = optional("The models, the oldest first.", default=())


class Place(StrEnum):
    """Where news of DeepSeek's models comes from."""

    HUGGING_FACE = "hugging_face"
    GITHUB = "github"
    ARXIV = "arxiv"
    NEWS = "api_news"
    LOG = "api_log"
    PRICES = "api_prices"
    PYPI = "pypi"
    NPM = "npm"


class PlaceAsked(Record):
    """What a place said when it was last asked, or a stored copy of it in its stead."""

    place: Place
    asked: str
    why: str = ""  # it did not answer; empty where it did
    copy_of: str = ""  # address of the page that a stored copy was read of
    newest: str = ""  # day that what was read bears itself: nothing is claimed beyond it
    new: tuple[str, ...] = ()  # what the catalogue does not hold

    @model_validator(mode="after")
    def _claims_what_was_read(self) -> Self:
        if self.why and not self.copy_of and (self.new or self.newest):
            raise ValueError("news of a place that did not answer, without a copy")
        if self.copy_of and not (self.why and self.newest):
            raise ValueError("a copy stands in for a place that did not answer, and bears a day")
        if self.newest > self.asked:
            raise ValueError("newer than the day on which it was asked")
        return self


class Watched(Record):
    """data/watched.json: each place of the list, once."""

    places: tuple[PlaceAsked, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if [one.place for one in self.places] != list(Place):
            raise ValueError(f"each place once, in this order: {', '.join(Place)}")
        return self
