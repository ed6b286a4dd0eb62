"""What follows for a variant, with the peak of the GPUs it was trained on, where the catalogue states it."""

from __future__ import annotations

from .checkpoint import trained_with
from .derive.training import TrainingMetrics, training_metrics
from .lookup import Found, Lookup
from .records import Catalogue, Entry
from .schema.gpu import Gpu

_TERA = 10**12


def gpu_of(lookup: Lookup, entry: Entry) -> Gpu | None:
    """The kind of GPU that a variant was trained on; None where it is not published, or not one that the catalogue knows."""
    hardware = entry.model.infrastructure.hardware if entry.model.infrastructure and trained_with(entry) else None
    stated = hardware.gpu.for_variant(entry.variant.id) if hardware and hardware.gpu else None
    name = stated.value.en if stated and stated.value else None
    return next((gpu for gpu in lookup.gpus.values() if gpu.name == name), None)


def training_peak(lookup: Lookup, entry: Entry) -> Found | None:
    """Peak of a GPU that a variant was trained on, dense BF16, in TFLOPS; None where either is not known."""
    gpu = gpu_of(lookup, entry)
    return Found(gpu.bf16_tflops.value, gpu.bf16_tflops.source) if gpu and gpu.bf16_tflops.value else None


def metrics_of(lookup: Lookup, entry: Entry) -> TrainingMetrics | None:
    """What follows from architecture and pre-training, with utilisation where a peak is known."""
    found = training_peak(lookup, entry)
    return training_metrics(entry, found.number * _TERA if found else None)


def reference_run(catalogue: Catalogue, lookup: Lookup) -> Entry | None:
    """The flagship whose makers publish utilisation, price, kind and number of GPUs: where a calculator begins."""
    for model in catalogue.models.values():
        entry, run = catalogue.flagship(model), model.infrastructure
        if run is None or run.hardware is None or gpu_of(lookup, entry) is None:
            continue
        stated = (run.model_flops_utilization, run.price_per_gpu_hour_usd, run.hardware.gpu_count)
        if all(value is not None and value.value is not None for value in stated):
            return entry
    return None
