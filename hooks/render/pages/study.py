"""What a reader does: where to start, how to read, experiments to run, all problems with progress, and frequent questions."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from catalogue.derive.problems import SolvedProblem
from catalogue.lookup import hyphenated_name
from catalogue.records import Catalogue, sort_by_date
from catalogue.schema.model import Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.study import Experiment, RouteStep
from catalogue.schema.technique import TechniqueKind
from catalogue.schema.training import StageKind
from catalogue.schema.values import Absence, Single, Text, each_below

from .. import assets, format, links, problems
from ..assets import page_script
from ..cite import Citations
from ..context import Context
from ..format import format_integer
from ..labs import (
    PAGE,
    counts_by_chance,
    experiment_card,
    experiment_panels,
    format_minutes,
    machines_used,
    verdicts_found,
)
from ..links import jump_bar, small_v3_link
from ..page import HERO, PROBLEM, Page, Section, lead_section, reading_minutes, title_of, titled_page
from ..problems import home_of, problem_item, problems_of_page, title_and_address
from ..recomputed import agreement_cell, substituted_formula, working_link
from ..technique_figures import first_glyph
from . import GUIDE
from .sources import sources_section

_COMMANDS = """\
python -m pip install torch numpy pyyaml
python -m labs.train
python -m labs.train.experiments muon
"""


_PLACED_EXPERIMENT = re.compile(r"block\('experiment-([\w-]+)'\)")


def experiments_page(context: Context, written: Mapping[str, str]) -> Page:
    words, citations = context.words, Citations(context)
    html = f"<p>{words('experiments.set_up_text')}</p>"
    after = f"```sh\n{_COMMANDS}```\n\n{words('experiments.set_up_more')}"
    machines = machines_used(words, context.catalogue.results.values())
    elsewhere = words("experiments.elsewhere_text", machines=machines)
    groups = [
        Section(
            f"about-{Path(path).stem}" if path else "experiments",
            title_of(written[path]) if path else words("experiments.list"),
            context.html("experiments.html.jinja", items=[_experiment_item(citations, one, path) for one in items]),
        )
        for path, items in _experiments_by_guide(context.catalogue, written).items()
        if items
    ]
    return titled_page(
        words,
        PAGE,
        "experiments",
        (
            lead_section(words("experiments.intro")),
            *groups,
            Section("set-up", words("experiments.set_up"), html, after),
            Section(
                "judged",
                words("experiments.judged"),
                f"<p>{_judged_text(context)}</p><p>{words('experiments.yardsticks')}</p>",
            ),
            Section("elsewhere", words("experiments.elsewhere"), f"<p>{elsewhere}</p>"),
            *([sources_section(citations)] if citations.numbers else []),
        ),
    )


def _judged_text(context: Context) -> str:
    """The rule of verdicts, and how many of those on the page chance alone would give."""
    seeds = min((result.seeds for result in context.catalogue.results.values()), default=0)
    return context.words("experiments.judged_text", seeds=seeds, **counts_by_chance(context))


def _experiments_by_guide(catalogue: Catalogue, written: Mapping[str, str]) -> dict[str, list[Experiment]]:
    """By the path of the guide that has their cards, in the order of guides; those that no guide has under an empty path."""
    placed = {name: path for path, text in written.items() for name in _PLACED_EXPERIMENT.findall(text)}
    groups: dict[str, list[Experiment]] = {GUIDE.path_of(guide.id): [] for guide in catalogue.study.guides}
    groups[""] = []
    for experiment in catalogue.experiments:
        groups[placed.get(experiment.id, "")].append(experiment)
    return groups


def _experiment_item(citations: Citations, experiment: Experiment, guide: str) -> dict[str, Any]:
    context = citations.context
    result = context.catalogue.results.get(experiment.id)
    return {
        "id": experiment.id,
        "guide": guide,
        "name": context.words.text(experiment.name),
        "question": citations.rich_text(experiment.question),
        "verdicts": verdicts_found(context.words, experiment),
        "chart": experiment_panels(context.words, experiment, result, small=True)[0] if result and guide else None,
        "minutes": format_minutes(context.words, result) if result else context.words("experiments.not_run"),
        "card": "" if guide else Markup(experiment_card(citations, experiment)),
    }


_KINDS = (("guide", "nav.guides"), ("technique", "page.techniques"), ("model", "page.models"))


def problems_page(context: Context, written: Mapping[str, str]) -> Page:
    words = context.words
    by_page: dict[str, list[SolvedProblem]] = {}
    for problem in context.problems:
        by_page.setdefault(problems.home_of(problem), []).append(problem)
    order = {page: place for place, page in enumerate(_pages_in_order(context.catalogue))}
    sections: list[Section] = []
    parts = []
    for kind, name in _KINDS:
        homes = sorted((home for home in by_page if home.startswith(f"{kind}:")), key=lambda home: order[home])
        if homes:
            lists = [_list_of_page(context, home, by_page[home], written) for home in homes]
            sections.append(Section(f"{kind}s", words(name), context.html("problems_by_page.html.jinja", lists=lists)))
            parts.append((f"{kind}s", words(name), sum(len(by_page[home]) for home in homes)))
    scripts = problems.checker_script(context) + str(page_script("choose"))
    sections[-1] = replace(sections[-1], html=sections[-1].html + scripts)
    asked = [one.problem for one in context.problems]
    kinds, levels = Counter(one.kind for one in asked), Counter(one.level for one in asked)
    choices = [
        (
            "kind",
            [
                (one.name.lower(), words(f"problems.kind.{one.name.lower()}"), count)
                for one, count in kinds.most_common()
            ],
        ),
        ("level", [(one, words(f"problems.level.{one}"), count) for one, count in sorted(levels.items())]),
    ]
    choice = context.html("problems_choice.html.jinja", choices=choices)
    lead = lead_section(
        words("problems.intro"), context.html("progress.html.jinja") + choice + links.jump_bar(context, parts)
    )
    return titled_page(words, "problems.md", "problems", (lead, *sections), hide=("toc",))


def _pages_in_order(catalogue: Catalogue) -> list[str]:
    kinds = list(TechniqueKind)
    techniques = sorted(catalogue.techniques.values(), key=lambda one: kinds.index(one.kind))
    return [
        *(f"guide:{one.id}" for one in catalogue.study.guides),
        *(f"technique:{one.id}" for one in techniques),
        *(f"model:{id_}" for id_ in catalogue.models),
    ]


def _list_of_page(
    context: Context, home: str, asked: Sequence[SolvedProblem], written: Mapping[str, str]
) -> dict[str, object]:
    title, address = title_and_address(context, home, written)
    return {"title": title, "address": address, "problems": [problem_item(context, one) for one in asked]}


QUESTIONS_PATH = "questions.md"
_OPEN = 6  # questions of a subject that are not folded


def questions_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    sections, parts = [], []
    for group in context.catalogue.question_groups:
        asked = [question for question in context.catalogue.questions if question.group == group.id]
        items = [
            {
                "question": question,
                "id": hyphenated_name(question.ask.en),
                "answer": citations.rich_text(question.answer),
            }
            for question in asked
        ]
        glyph = first_glyph(context, (question.path for question in asked), named=True)
        shown = _OPEN if len(items) > _OPEN + 2 else len(items)
        html = context.html("questions.html.jinja", items=items, glyph=glyph, open=shown)
        sections.append(Section(group.id, words.text(group.name), html))
        parts.append((group.id, words.text(group.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    intro = words("questions.intro", count=len(context.catalogue.questions))
    lead = lead_section(intro, box + jump_bar(context, parts))
    title, description = words("page.questions"), words("questions.description")
    return Page(QUESTIONS_PATH, title, description, (lead, *sections, sources_section(citations)), hide=("toc",))


def start_page(context: Context, pages: Mapping[str, Page], written: Mapping[str, str]) -> Page:
    words = context.words
    bar = Markup('<p class="ds-read-bar" hidden><button type="button">{}</button></p>').format(words("start.clear"))
    sections, ways = list[Section](), list[dict[str, Any]]()
    for route in context.catalogue.study.routes:
        parts, all_steps = [], list[dict[str, Any]]()
        for part in route.parts:
            steps = [_route_step(context, step, pages, written) for step in part.steps]
            all_steps += steps
            parts.append(
                {
                    "name": words.text(part.name) if part.name else "",
                    "steps": steps,
                    "total": _total_time(context, steps),
                    "experiment": words.text(part.experiment) if part.experiment else "",
                    "sheet": [_sheet_row(context, id_) for id_ in part.sheet],
                }
            )
        html = context.html(
            "start.html.jinja", intro=words.text(route.intro), parts=parts, total=_total_time(context, all_steps)
        )
        sections.append(Section(route.id, words.text(route.name), html))
        blocks = [m for step in all_steps for m in (step["minutes"], PROBLEM * step["problems"])]
        ways.append({"route": sections[-1], "total": _total_time(context, all_steps), "blocks": blocks})
    drawn = context.html("start_ways.html.jinja", ways=ways, longest=max(sum(way["blocks"]) for way in ways))
    sections.insert(0, lead_section(words("start.intro"), Markup(drawn) + small_v3_link(context) + bar))
    sections[-1] = replace(sections[-1], html=sections[-1].html + read_script(context))
    return titled_page(words, "start.md", "start", tuple(sections))


def _sheet_row(context: Context, id_: str) -> dict[str, Any]:
    asked = next(problem for problem in context.problems if problem.problem.id == id_)
    item = problem_item(context, asked)
    kind, _, name = home_of(asked).partition(":")
    return {
        "address": f"{kind}s/{name}.md#problem-{asked.id}",
        "title": item["title"],
        "kind": f"{item['kind']} · {item['level']}",
    }


def read_script(context: Context) -> str:
    said = json.dumps({"done": context.words("start.done"), "all": context.words("start.all")}, ensure_ascii=False)
    return str(assets.page_script("read", {"ds-read-words": said}))


def done_box(context: Context, guide: str) -> str:
    """The box at the end of a guide, which the script makes; routes show the same mark."""
    label = context.words("start.done_guide")
    place = Markup('<p data-done="guide:{}" data-done-label="{}" hidden></p>').format(guide, label)
    return f"{place}\n{read_script(context)}"


def _route_step(
    context: Context, step: RouteStep, pages: Mapping[str, Page], written: Mapping[str, str]
) -> dict[str, Any]:
    """Its `minutes` are without problems, `mark` is the browser's key for a step that is done."""
    kind, _, name = step.page.partition(":")
    path = f"{name}.md" if kind == "page" else f"{kind}s/{name}.md"
    generated = pages.get(path)
    sections = [section for section in generated.sections if section.id != HERO] if generated else ()
    meant = [section for section in sections if section.id == step.at] or sections
    text = "".join(section.html + section.markdown for section in meant) if generated else written[path]
    return {
        "mark": f"{step.page}#{step.at}" if step.at else step.page,
        "address": f"{path}#{step.at}" if step.at else path,
        "problems_address": f"{path}#problems",
        "title": generated.title if generated else title_of(text),
        "gain": context.words.text(step.gain),
        "glyph": first_glyph(context, [path, "" if generated else text]),
        "minutes": reading_minutes(text),
        "problems": len(problems_of_page(context, step.page)),
    }


def _total_time(context: Context, steps: Sequence[Mapping[str, Any]]) -> str:
    words = context.words
    reading, problems = sum(step["minutes"] for step in steps), PROBLEM * sum(step["problems"] for step in steps)
    if not problems:
        return _time_text(context, reading)
    return words("start.total", reading=_time_text(context, reading), problems=_time_text(context, problems))


def _time_text(context: Context, total: int) -> str:
    hours, rest = divmod(max(5, 5 * round(total / 5)), 60)
    if not hours:
        return context.words("start.minutes", count=rest)
    return context.words("start.hours_minutes" if rest else "start.hours", hours=hours, minutes=rest)


READING_PATH = "how-to-read.md"

# Places of before.
_OLD = {"values": '<span id="techniques"></span><span id="coverage"></span><span id="compared"></span>'}

Item = tuple[Markup | str, Markup | str]


def reading_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    groups = {
        "values": list(_value_signs(citations)),
        "drawn": list(_figure_signs(context, "drawn")),
        "time": [*_figure_signs(context, "time"), *_track_signs(context)],
        "training": [*_stage_signs(context), *_figure_signs(context, "training")],
    }
    sections = [lead_section(words("reading.intro"))]
    for name, items in groups.items():
        html = _OLD.get(name, "") + context.html("reading.html.jinja", items=items)
        sections.append(Section(name, words(f"reading.section.{name}"), html))
    return titled_page(words, READING_PATH, "reading", (*sections, sources_section(citations)))


def _value_signs(citations: Citations) -> Iterator[Item]:
    context, words = citations.context, citations.context.words
    models, entries = sort_by_date(context.catalogue.models.values()), context.catalogue.entries.values()
    totals = [context.catalogue.flagship(model).variant.parameters.total for model in models]
    plain = next((single for single in reversed(totals) if _is_number(single) and single.note is None), None)
    if plain is not None:
        yield citations.value_html(plain), words("reading.value")
        yield Markup("<p>{}</p>").format(citations.value_html(plain)), words("reading.value_in_text")
        yield citations.footnote(plain.source), words("reading.mark")
    newest = [value for model in reversed(models) for value in each_below(model, Single)]
    if noted := next((single for single in newest if _is_number(single) and single.note is not None), None):
        yield citations.value_html(noted), words("reading.remark")
    if rough := next((s for s in newest if isinstance(s.value, Quantity) and s.value.qualifier == "~"), None):
        yield citations.value_html(rough), words("reading.rough")
    if counted := [(e, e.recount.kv_cache) for e in entries if e.recount and e.recount.kv_cache]:
        entry, cache = counted[-1]
        yield working_link(entry, format_integer(cache.value), substituted_formula(cache)), words("reading.recomputed")
    agreements = [(entry, found) for entry in entries for found in (entry.total_agreement, entry.activated_agreement)]
    for holds in (True, False):
        if found := [(entry, agreement) for entry, agreement in agreements if agreement and agreement.holds is holds]:
            yield agreement_cell(citations, *found[-1]).html, words("reading.agrees" if holds else "reading.differs")
    for absence in Absence:
        if single := min((s for s in newest if s.absence is absence), key=lambda s: s.note is not None, default=None):
            yield citations.value_html(single), words(f"reading.absence.{absence.name.lower()}")
    yield format.NOTHING, words("reading.nothing")
    texts = (text for model in context.catalogue.models.values() for text in each_below(model, Text))
    if fallen := next(filter(words.falls_back, texts), None):
        yield citations.rich_text(fallen), words("reading.fallback")
    if any(single.source is not None and single.source.items[0].via is not None for single in newest):
        yield Markup('<span class="ds-via">{}</span>').format(context.localized_place("§2.1")), words("reading.copy")


def _figure_signs(context: Context, group: str) -> Iterator[Item]:
    signs = _sign_templates(context)
    for name in signs.NAMES[group]:
        yield signs.sign(name, context.words), context.words(f"reading.sign.{name}")


def _track_signs(context: Context) -> Iterator[Item]:
    there = {model.track for model in context.catalogue.models.values()}
    for track in (track for track in Track if track in there):
        yield _sign_templates(context).track(track.value), context.words(f"track.{track.value}")


def _stage_signs(context: Context) -> Iterator[Item]:
    there = {stage.kind for model in context.catalogue.models.values() for stage in model.training}
    for kind in (kind for kind in StageKind if kind in there):
        name = kind.name.lower()
        yield _sign_templates(context).stage(name.replace("_", "-")), context.words(f"stage.{name}")


def _sign_templates(context: Context) -> Any:
    return context.templates.get_template("reading_signs.html.jinja").module


def _is_number(single: Single[Any]) -> bool:
    return isinstance(single.value, Quantity) and single.source is not None and not single.value.qualifier
