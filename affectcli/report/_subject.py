"""What the figures of one report are about: its material, the emotions drawn, their time axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from affectcli.report import _events, _rows, _words

if TYPE_CHECKING:
    from affectcli.report._material import Material
    from affectcli.report._rows import Chosen
    from affectcli.report._series import Timeline

UNTAGGED = "run affect tag, then affect aggregate"


@dataclass(frozen=True)
class Subject:
    """The material of a report of `count` emotions; what several figures need is made once."""

    material: Material
    count: int

    @cached_property
    def chosen(self) -> Chosen:
        """Return the labels drawn, the lead first."""
        return _rows.chosen(self.material, self.count)

    @cached_property
    def events(self) -> _events.Marks:
        """Return the events that are drawn."""
        return _events.marks(self.material)

    @cached_property
    def timeline(self) -> Timeline:
        """Return the rows of the labels drawn; there must be one."""
        return _rows.timeline(self.material, self.chosen, self.events.days)

    @property
    def lead(self) -> str:
        """Return what a reader calls the lead emotion."""
        return _words.called(self.chosen.lead)

    @property
    def unit(self) -> str:
        """Return the unit of the lead emotion over time."""
        return "% per week" if self.timeline.kind == "week" else "% per day"

    @property
    def valueless(self) -> str:
        """Return why no emotion can be drawn: none was tagged, or each day is too thin."""
        if self.material.daily["measure"].is_in(["posts", "valence"]).all():
            return f"No daily series is stored: {UNTAGGED}"
        return "No day has a value: too few posts or authors."


def short(material: Material, signal: str) -> str:
    """Return a narrow name of a signal: `fear`, `fear (mean)`, `AAPL return`."""
    own = material.measure(signal)
    if own is None:
        return _words.name_of(material, signal)
    label, variant = _words.split(own)
    return f"{label} ({variant})" if variant else label
