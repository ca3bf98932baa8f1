"""From the database to the panel's rows: bars, sessions, and what posts felt before each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from affectcli.analyze import _panel_design as design
from affectcli.analyze._panel_calendar import NEVER_CLOSED, sessions
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from datetime import date, datetime

    from affectcli.store import Connection

AUTO = "auto"
MEAN = "@mean"


@dataclass(frozen=True)
class Options:
    """What is asked; the fields are the options of `affect analyze panel`."""

    signals: str
    assets: str
    calendar: str
    hours: Literal["outside", "all"]
    zone: str
    lags: int
    by_volatility: bool
    each: bool
    least: tuple[int, int]
    """Posts and authors of a window at the least."""
    as_of: str


@dataclass(frozen=True)
class Material:
    """Everything that regressions are made of."""

    bars: pl.DataFrame
    """Of all usable assets: see `_panel_design.returns`."""
    moods: pl.DataFrame
    """asset, day, log posts, one column a measure."""
    measures: list[str]
    scales: set[str]
    calendar: str
    refused: list[str]
    weak: dict[str, str]


def read(con: Connection, options: Options, *, tagger: str, until: datetime) -> Material:
    """Return bars and moods known at `until`.

    Raises:
        UsageError: no asset matches, no such calendar or zone, or several schemes match.
        AnalysisError: no asset is usable, or no post is about one.
    """
    bars = con.frame("analyze/select_panel_bars", assets=options.assets, as_of=until)
    if bars.is_empty():
        raise UsageError(
            f"No asset with daily bars matches {options.assets!r}.", do="affect ingest prices"
        )
    calendar = _calendar(bars) if options.calendar == AUTO else options.calendar
    span: tuple[date, date] = (bars["day"].min(), bars["day"].max())  # type: ignore[assignment]  # dates
    windows = sessions(calendar, *span, hours=options.hours, zone=options.zone)
    usable, refused, last = [], [], None
    for part in bars.partition_by("asset", maintain_order=True):
        try:
            usable.append(design.returns(part, windows, calendar))
        except AnalysisError as error:
            last = last or error
            refused.append(error.what)
    if last and not usable:
        raise last
    con.register(session=windows)
    measures = options.signals.removesuffix(MEAN)
    moods = con.frame(
        "analyze/select_panel_moods", tagger=tagger, assets=options.assets, measures=measures
    )
    if moods.is_empty():
        raise AnalysisError(
            f"No post before a session is about an asset of {options.assets!r} and has a score of "
            f"{measures!r}.",
            known="A post is about AAPL if its community ends in /AAPL or its symbols name it.",
            do="affect status, then --hours all",
        )
    table = design.wide(moods, mean=options.signals.endswith(MEAN), least=options.least)
    if table.is_empty():
        most = int(moods["posts"].max() or 0)  # type: ignore[arg-type]  # whole numbers
        raise AnalysisError(
            f"No window before a session has {options.least[0]} posts by {options.least[1]} authors"
            f" about one asset; the fullest has {most} posts.",
            do="--min-posts 3, or --hours all",
        )
    names = moods["measure"].unique().sort().to_list()
    _one_scheme(measures, names)
    weak = signals.weak(con, [f"panel:{name}" for name in names], tagger=tagger)
    withheld = {name.removeprefix("panel:"): why for name, why in weak.items()}
    return Material(
        bars=pl.concat(usable),
        moods=table,
        measures=[name for name in names if name not in withheld and name in table.columns],
        scales=set(moods.filter(pl.col("scale"))["measure"].unique()),
        calendar=calendar,
        refused=refused,
        weak=withheld,
    )


def _calendar(bars: pl.DataFrame) -> str:
    """Return 24/7 where most assets trade on weekends, else New York's."""
    weekend = bars.group_by("asset").agg(open=(pl.col("day").dt.weekday() > 5).any())
    return NEVER_CLOSED if (weekend["open"].mean() or 0) > 0.5 else "XNYS"  # type: ignore[operator]  # a share


def _one_scheme(pattern: str, names: list[str]) -> None:
    schemes = sorted({name.partition(".")[0] if "." in name else "" for name in names})
    if len(schemes) > 1:
        raise UsageError(
            f"{pattern!r} matches labels of several schemes: {', '.join(filter(None, schemes))}. "
            "They name the same posts twice, so they are no family.",
            do=f"--signals '{schemes[-1]}.*'",
        )
