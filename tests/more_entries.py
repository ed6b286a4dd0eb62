"""Entries that are invented and right, to be added to the real catalogue: what authors of the next models would write."""

from pathlib import Path

# Texts with places to fill in; `newcomer.yaml` is what a newcomer writes: in English alone, without check digits.
TEMPLATES = Path(__file__).parent / "cases" / "more_entries"
EXPERTS, DENSE = "experts", "dense"
# Between others and behind all of them, on every kind of line of the map, with short names and long ones.
ENTRIES = (
    ("alder-2", "Alder-K2", "general", "2025-07-11", "deepseek-v3", "deepseek-v3-base", EXPERTS, 61, 384),
    ("larch-5", "Larch-V5", "general", "2026-10-06", "deepseek-v4-1", "deepseek-v4.1-flash", EXPERTS, 72, 512),
    ("larch-coder-5", "Larch-Coder-V5", "code", "2026-10-20", "larch-5", "larch-5-base", DENSE, 64, 0),
    ("larch-r5", "Larch-R5", "reasoning", "2026-11-05", "larch-5", "larch-5-base", EXPERTS, 72, 448),
    ("larch-5-1", "Larch-V5.1-Flash", "general", "2026-11-24", "larch-5", "larch-5-base", EXPERTS, 48, 256),
)
# As a paper prints them.
SIZES = {
    "alder-2": "total: 1.03T, activated: 31.7B",
    "larch-5": "total: 1.61T, activated: 37.3B",
    "larch-coder-5": "total: 32.8B",
    "larch-r5": "total: 1.41T, activated: 37.2B",
    "larch-5-1": "total: 539.6B, activated: 25.1B",
}


def filled(template: str, **values: object) -> str:
    return (TEMPLATES / template).read_text(encoding="utf-8").format(**values)


def add_entries(data: Path) -> None:
    """Add the entries of the list to the catalogue in `data`, with their papers."""
    newcomer = (TEMPLATES / "newcomer.yaml").read_text(encoding="utf-8")
    (data / "models" / "newcomer-9b.yaml").write_text(newcomer, encoding="utf-8")
    for id_, name, track, day, parent, compared, network, layers, experts in ENTRIES:
        entry = filled(
            "entry.yaml.txt",
            id=id_,
            name=name,
            track=track,
            day=day,
            parent=parent,
            compared=compared,
            architecture="\n" + filled(f"{network}.yaml.txt", layers=layers, experts=experts).rstrip(),
            vocabulary=163840 if experts else 151936,
            expert=", expert: 16" if experts else "",
            sizes=SIZES[id_],
        )
        (data / "models" / f"{id_}.yaml").write_text(entry, encoding="utf-8")
        with (data / "references.bib").open("a", encoding="utf-8") as references:
            references.write(filled("reference.bib.txt", id=id_, name=name, year=day[:4]))
