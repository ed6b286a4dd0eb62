"""Rules that compare values with each other: one function each, its docstring is the rule.

A rule takes the `Draft` (validated, not yet trusted) and yields findings with file and
line. `ALL` is the list that is run and that “Add a model” shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..findings import Finding
from . import (
    api_names,
    architecture,
    controls,
    copies,
    cost,
    dates,
    evaluation,
    ids,
    layout,
    lineage,
    releases,
    schedule,
    sizes,
    sources,
    terms,
    texts,
    uses,
    words,
)
from .draft import Draft

Rule = Callable[[Draft], Iterator[Finding]]

ALL: tuple[Rule, ...] = (
    ids.ids_are_unique,
    ids.files_have_their_names,
    ids.ids_resolve,
    ids.variants_are_known,
    ids.one_architecture,
    words.parents_are_known,
    lineage.no_cycles,
    lineage.one_main_parent,
    sources.every_value_has_a_source,
    sources.sources_name_a_place,
    sources.references_resolve,
    sources.references_are_cited,
    copies.copies_resolve,
    copies.copies_are_marked,
    copies.copies_are_used,
    copies.via_differs_from_the_table,
    dates.dates_in_order,
    dates.updates_in_order,
    dates.paper_near_weights,
    dates.arxiv_month,
    releases.checkpoints_have_their_release,
    releases.licences_stand_once,
    releases.dates_belong_to_a_checkpoint,
    releases.infrastructure_names_its_variants,
    architecture.fields_for_the_kind,
    architecture.heads,
    architecture.experts,
    architecture.layers_of_each_kind,
    layout.layers_in_order,
    architecture.modules_complete,
    architecture.engram_rows,
    architecture.exceptions_differ,
    schedule.phases_in_order,
    schedule.mix_adds_up,
    schedule.steps_give_the_tokens,
    schedule.stage_tokens_add_up,
    cost.hours_add_up,
    cost.hours_give_the_cost,
    cost.computation_agrees,
    evaluation.names_agree,
    evaluation.selections_are_named,
    uses.uses_in_time,
    uses.uses_agree,
    api_names.pointers_resolve,
    api_names.pointers_in_order,
    controls.controls_hold,
    sizes.sizes_agree,
    sizes.stored_caches_agree,
    sizes.explanations_are_needed,
    words.starts_are_known,
    words.gpus_are_known,
    words.formats_are_known,
    words.introductions_say_whose,
    texts.interpolations_resolve,
    texts.leads_are_short,
    terms.terms_differ,
    terms.terms_are_in_both_languages,
    terms.kinds_have_one_subject,
    terms.no_avoided_form,
)
