"""Everything that a report says and draws, in order, before it is set as pages or as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from affectcli.report import _answers, _figures, _methods, _rows, _style, _text
from affectcli.report._claims import PAIRS
from affectcli.report._tables import NONE, Table

if TYPE_CHECKING:
    from affectcli.report._answer import Answer
    from affectcli.report._block import Block
    from affectcli.report._material import Material
    from affectcli.report._templates import Template


@dataclass
class Contents:
    """A report in words and figures; no writer adds a fact."""

    head: str
    title: str
    subtitle: str
    answers: list[Answer]
    blocks: list[Block]
    methods: list[tuple[str, str]]
    made: datetime
    """The date of the file: the end of the last day shown, for no clock may enter it."""
    warning: str = ""
    strip: list[tuple[str, str]] = field(default_factory=list)
    """Label and value of the key figures."""
    card: list[Table] = field(default_factory=list)
    """The model card."""
    names: list[str] = field(default_factory=list)
    """Names from the data, which keep their spelling whatever the locale."""


def contents(material: Material, template: Template, *, emotions: int, digest: str) -> Contents:
    """Return a report on one community; `digest` is the manifest's hash of what it was made of."""
    return Contents(
        head=template.head,
        title=_text.plain(material.community),
        subtitle=_subtitle(material),
        warning=template.warning,
        answers=_answers.answers(material, template.questions),
        strip=_strip(material),
        blocks=_figures.blocks(material, emotions, template.figures),
        card=[card for card in [_labels(material, emotions)] if card.rows],
        methods=_methods.methods([material], digest),
        made=as_of(material),
        names=names(material),
    )


def names(material: Material) -> list[str]:
    """Return the names from the data: of places, assets, events, themes and words."""
    events = material.events["name"].unique().sort().to_list()
    others = [c.y for c in material.claims if c.y and c.analysis not in PAIRS]
    return [*map(_text.plain, [material.community, *material.assets, *events, *others])]


def as_of(material: Material) -> datetime:
    """Return the end of the last day that the report shows: no clock enters the file."""
    known = material.daily.height > 0
    day = _style.span(material.daily["day"])[1] if known else material.summary["last"]
    return datetime.combine(day, time()) if day else datetime(2000, 1, 1)  # noqa: DTZ001  # times here are naive UTC


def stamp(made: datetime) -> int:
    """Return a file's date in seconds since 1970, in UTC."""
    return int(made.replace(tzinfo=UTC).timestamp())


def _subtitle(material: Material) -> str:
    """Return the period and what is shown beside the community."""
    first, last = material.summary["first"], material.summary["last"]
    parts = [f"{first} to {last}"] if first else []
    if material.assets:
        parts.append("beside " + " and ".join(map(_text.plain, material.assets)))
    return ", ".join(parts)


def _strip(material: Material) -> list[tuple[str, str]]:
    """Return label and value of the key figures."""
    summary = material.summary
    days, thin = _answers.support(material)
    if summary["posts"] is None:
        hidden = f"fewer than {material.k} authors"
        return [("posts and authors", hidden)]
    return [
        ("eligible posts", f"{summary['posts']:,}"),
        ("authors", f"{summary['authors']:,}"),
        ("days covered", f"{days:,}"),
        ("of days have values", _text.percent((days - thin) / days) if days else NONE),
        ("last day", str(summary["last"])),
    ]


def _labels(material: Material, emotions: int) -> Table:
    """Return what validation says about the labels drawn."""
    shown = [
        row
        for name in _rows.chosen(material, emotions).labels
        for row in material.labels.rows(named=True)
        if row["measure"] == name
    ]
    rows = [
        [
            _text.plain(row["measure"]),
            f"{row['tp'] + row['fn']:,}",
            _ratio(row["tp"], row["tp"] + row["fn"]),
            _ratio(row["tn"], row["tn"] + row["fp"]),
            _ratio(row["tp"], row["tp"] + row["fp"]),
        ]
        for row in shown
    ]
    head = ["Label", "Validation posts", "Found (tpr)", "Rightly not flagged", "Precision"]
    counted = any(not (row["tp"] + row["fn"] and row["fp"] + row["tn"]) for row in shown)
    note = f"Never validated ({NONE}): counted as tagged, not corrected." if counted else ""
    return Table("How well the tagger knows the labels drawn", head, rows, note)


def _ratio(part: int, whole: int) -> str:
    """Return a share of validation posts, a dash where there are none."""
    return _text.percent(part / whole) if whole else NONE
