"""The GPUs of a training run by pipeline stage and group of experts, and its GPU-hours as one bar."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from catalogue.schema.model import Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Infrastructure
from catalogue.schema.values import Stated

from ..context import Context
from ..format import format_integer
from .canvas import dots_path

_PITCH, _GAP = 6, 8  # of dots, and between two groups


def machines_drawing(context: Context, model: Model, infra: Infrastructure) -> Markup:
    """A box a stage, a dot a GPU, a row a node; empty where GPUs, stages or nodes are not known or do not come out even."""
    hardware, parallelism = infra.hardware, infra.parallelism
    gpus, node = (_stated_count(model, getattr(hardware, key, None)) for key in ("gpu_count", "gpus_per_node"))
    stages, group = (_stated_count(model, getattr(parallelism, key, None)) for key in ("pipeline", "expert"))
    if not gpus or not stages or not node or gpus % (stages * node):
        return Markup("")
    each = gpus // stages
    apart = group if group and each % group == 0 and group % node == 0 else each
    columns = each // apart
    places = [
        (4 + one * (node * _PITCH + _GAP) + at % node * _PITCH, 4 + at // node * _PITCH)
        for one in range(columns)
        for at in range(apart)
    ]
    words, key = context.words, "machines.groups" if columns > 1 else "machines.stages"
    numbers = {"gpus": gpus, "stages": stages, "each": each, "groups": columns, "group": apart, "node": node}
    said = words(key, **{name: format_integer(number) for name, number in numbers.items()})
    path = dots_path(places)
    size = f"{columns * node * _PITCH + (columns - 1) * _GAP + 2} {apart // node * _PITCH + 2}"
    return Markup(context.html("machines.html.jinja", stages=range(1, stages + 1), path=path, size=size, said=said))


def hours_bar(context: Context, parts: Sequence[tuple[Markup, Decimal]]) -> Markup:
    """Each part as long as its share of all that are listed; empty for one alone."""
    total = sum((hours for _, hours in parts), Decimal(0))
    if len(parts) < 2 or not total:
        return Markup("")
    shares, at, shown = [float(100 * hours / total) for _, hours in parts], 0.0, []
    for number, ((name, _), share) in enumerate(zip(parts, shares, strict=True), start=1):
        shown.append(
            {"name": name, "x": round(at, 2), "width": round(share, 2), "share": f"{share:.1f}%", "number": number}
        )
        at += share
    return Markup(context.html("hours.html.jinja", parts=shown))


def _stated_count(model: Model, stated: Stated[object] | None) -> int | None:
    single = stated.for_variant(model.flagship) if stated is not None else None
    value = single.value if single is not None else None
    return int(value.value) if isinstance(value, Quantity) else value if isinstance(value, int) else None
