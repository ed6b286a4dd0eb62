"""What follows for a variant, with the peak of the GPUs it was trained on, where the catalogue states it."""

from __future__ import annotations

from .derive.training import Consequences, consequences
from .lookup import Found, Lookup, LookupFailure
from .records import Entry

# Where the catalogue states the peak of a GPU in dense BF16, in TFLOPS.
_PEAKS = {"NVIDIA H800": "technique:flashmla/facts.peak-of-an-h800-sxm5.value"}
_TERA = 10**12


def peak(lookup: Lookup, entry: Entry) -> Found | None:
    """Peak of a GPU that a variant was trained on, dense BF16, in TFLOPS; None where either is not known."""
    hardware = entry.model.infrastructure.hardware if entry.model.infrastructure else None
    gpu = hardware.gpu.for_variant(entry.variant.id) if hardware and hardware.gpu else None
    path = _PEAKS.get(gpu.value.en) if gpu and gpu.value else None
    try:
        return lookup.find(path) if path else None
    except LookupFailure:
        return None


def followed(lookup: Lookup, entry: Entry) -> Consequences | None:
    """What follows from architecture and pre-training, with utilisation where a peak is known."""
    found = peak(lookup, entry)
    return consequences(entry, found.number * _TERA if found else None)
