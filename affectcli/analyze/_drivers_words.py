"""What the rows say, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from affectcli.analyze import _drivers_tables as tables
from affectcli.analyze._drivers_rank import BRAKE, DRIVER, GENERAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.analyze._drivers_rank import Explained, Row

NAMED = 5
"""Drivers that a sentence names."""
SELDOM = " In so short a window, leavers are also those who post seldom."
ONES = {
    "authors": "{}",
    "terms": "the term \u201c{}\u201d",
    "threads": "the thread {}",
    "communities": "the community {}",
    "causes": "the cause {}",
}


class About(NamedTuple):
    """What is explained."""

    signal: str
    window: str
    baseline: str
    gain: float | None
    """tpr - fpr of the label, where it is known and the same for all posts."""
    marker: bool
    shorter: bool
    """Whether the window is shorter than half of the baseline."""


def summary(found: Explained, about: About) -> str:
    """Return the sentences on the whole change."""
    change = found.change
    said = f"{_moved(found, about)} ({100 * change['low']:+.1f} to {100 * change['high']:+.1f})"
    if about.gain:
        corrected = change["contribution"] / about.gain
        said += f", {_points(corrected)} once corrected for the tagger's errors"
    said += f". {_named(found)}{_people(found.rows, about)}"
    return said + (" Not a diagnosis." if about.marker else "")


def dimension(found: Explained, rows: Sequence[Row], about: About) -> str:
    """Return the sentence on the rows of one dimension."""
    name = rows[0]["dimension"]
    drivers = [row for row in rows if row["role"] in {DRIVER, tables.ONE}]
    brakes = [row for row in rows if row["role"] == BRAKE]
    word = _word(found)
    told = _listed(drivers) if drivers else f"none of them stands out in the {word}"
    if brakes:
        told += f"; against it: {_listed(brakes)}"
    general = [row for row in rows if row["role"] == GENERAL]
    rest = f"; {general[0]['name']}: {_part(general[0])}" if general else ""
    end = " Not a diagnosis." if about.marker else ""
    return f"{_moved(found, about)}. {name.capitalize()}: {told}{rest}.{end}"


def _moved(found: Explained, about: About) -> str:
    change = found.change
    way = "did not surely change:" if change["why"] else _word(found, rise="rose", fall="fell")
    return (
        f"{about.signal} {way} from {_percent(change['felt_before'])} ({about.baseline}) to "
        f"{_percent(change['felt'])} ({about.window}), {_points(change['contribution'])}"
    )


def _named(found: Explained) -> str:
    """Say what carries the change, or that nothing does."""
    one = next((row for row in found.rows if row["role"] == tables.ONE), None)
    warned = f" One author alone makes {_part(one)}." if one else ""
    if found.change["why"]:
        return (
            "Which authors happened to post could make as much, so no row is called a driver."
            + warned
        )
    drivers = [row for row in found.rows if row["role"] == DRIVER]
    if drivers:
        more = len(drivers) - NAMED
        others = f" and {more} more" if more > 0 else ""
        return f"What stands out in the {_word(found)}: {_listed(drivers[:NAMED])}{others}.{warned}"
    looked = ", ".join(dict.fromkeys(row["dimension"] for row in found.rows))
    return f"Nothing stands out in the {_word(found)} among {looked}: it is general.{warned}"


def _people(rows: Sequence[Row], about: About) -> str:
    """Say how much is composition, and how much the same authors feeling differently."""
    own = {row["name"]: row for row in rows if row["dimension"] == "authors"}
    if tables.SAME not in own:
        return ""
    others = [f"{name} {_part(row)}" for name, row in own.items() if name != tables.SAME]
    return (
        f" The same authors feel differently: {_part(own[tables.SAME])}; who posts: "
        f"{', '.join(others)}.{SELDOM if about.shorter else ''}"
    )


def _word(found: Explained, *, rise: str = "rise", fall: str = "fall") -> str:
    return rise if found.change["contribution"] > 0 else fall


def _listed(rows: Sequence[Row]) -> str:
    return ", ".join(f"{ONES[row['dimension']].format(row['name'])} {_part(row)}" for row in rows)


def _part(row: Row) -> str:
    """Return a row's part of the change, or its points where there may be none."""
    share: float | None = row["share"]
    return _points(row["contribution"]) if share is None else f"{100 * share:.0f} %"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(change: float) -> str:
    return f"{100 * change:+.1f} points"
