"""Everything that one report shows, read from the database in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.errors import AnalysisError, UsageError
from affectcli.report import _claims, _words
from affectcli.report._claims import FIRST, LAST, Claim
from affectcli.store import signals
from affectcli.times import window

if TYPE_CHECKING:
    from datetime import date

    from affectcli.store import Connection, Context

ASSETS = 2
"""Assets shown at most: a third price would leave no room for the emotions."""


@dataclass(frozen=True)
class Period:
    """Half-open span of days, as `--since` and `--until` give it."""

    since: date = FIRST
    until: date = LAST

    @property
    def stated(self) -> dict[str, str | None]:
        """Return its ends as text, None where they are open."""
        ends = {"since": (self.since, FIRST), "until": (self.until, LAST)}
        return {key: None if day == none else str(day) for key, (day, none) in ends.items()}


@dataclass(frozen=True)
class Material:
    """The rows behind one report; frames are named after their statement in sql/report/."""

    community: str
    assets: list[str]
    k: int
    summary: dict[str, Any]
    daily: pl.DataFrame
    weekly: pl.DataFrame
    labels: pl.DataFrame
    prices: pl.DataFrame
    events: pl.DataFrame
    claims: list[Claim]
    withheld: int
    """Claims that rest on fewer than k authors and are therefore not shown."""
    health: frozenset[str]
    """Measures that are about health."""
    weak: dict[str, int]
    """Measure -> positive validation posts, of the labels marked weak: not shown."""
    forecasts: pl.DataFrame
    alerts: pl.DataFrame
    histories: dict[str, pl.DataFrame]
    """Signal -> day, value."""
    languages: pl.DataFrame
    rejects: pl.DataFrame
    runs: pl.DataFrame
    counters: dict[str, int]

    def scheme(self, signal: str) -> str | None:
        """Return the scheme of a signal of any community, None where it is no label's."""
        (measure,) = _measures(signal) or ("",)
        found = self.labels.filter(pl.col("measure") == measure)["scheme"]
        return str(found[0]) if len(found) else None

    def is_share(self, measure: str) -> bool:
        """Return whether a measure's values are shares of posts; counts and scales are none."""
        scales = self.labels.filter(pl.col("kind") == "scale")["measure"].to_list()
        return measure not in {*_words.NAMES, *scales}

    @property
    def hidden(self) -> bool:
        """Whether so few wrote in the period that nothing can be shown."""
        return self.summary["posts"] is None

    def about(self, analysis: str) -> list[Claim]:
        """Return the claims of one analysis, smallest q first."""
        return [claim for claim in self.claims if claim.analysis == analysis]

    def measure(self, signal: str) -> str | None:
        """Return the measure of one of the community's signals, None for any other signal."""
        prefix = f"{self.community}:"
        return signal.removeprefix(prefix) if signal.startswith(prefix) else None


def period(since: str | None, until: str | None) -> Period:
    """Return the days in a half-open span of time; an open end reaches as far as the data.

    Raises:
        UsageError: an end is no time, or the span has no day.
    """
    first, end = window(since, until)
    span = Period(first.date() if first else FIRST, end.date() if end else LAST)
    if span.since >= span.until:
        raise UsageError(f"No day lies between --since {since} and --until {until}.")
    return span


def gather(
    ctx: Context, *, community: str | None, assets: list[str] | None, span: Period
) -> Material:
    """Read what a report on `community` (default: the one with most posts) shows.

    Raises:
        AnalysisError: there is no post at all.
        UsageError: there is no such community or asset.
    """
    k = ctx.settings.report.k
    with ctx.db.read() as con:
        name = _community(con, community)
        chosen = _assets(con, name, assets)
        where: dict[str, Any] = {"community": name}
        within = where | {"since": span.since, "until": span.until}
        summary = con.frame("report/select_summary", **within).row(0, named=True)
        enough = summary["authors"] >= k
        labels = con.frame("report/select_labels", tagger=ctx.settings.tag.tagger)
        weak = _withheld(con, name, labels, tagger=ctx.settings.tag.tagger)
        claims, withheld = _claims.claims(con, name, chosen, k) if enough else ([], 0)
        claims = [claim for claim in claims if not {*_measures(*claim.signals)} & weak.keys()]
        forecasts = _strong(con.frame("report/select_forecasts", **where), weak)
        alerts = _strong(con.frame("report/select_alerts", **where), weak)
        forecast = forecasts["signal"].unique().sort().to_list()
        return Material(
            community=name,
            assets=chosen,
            k=k,
            summary=summary if enough else dict.fromkeys(summary),
            daily=con.frame("report/select_prevalence", freq="day", k=k, **within),
            weekly=con.frame("report/select_prevalence", freq="week", k=k, **within),
            labels=labels,
            prices=con.frame(
                "report/select_prices", assets=chosen, since=span.since, until=span.until
            ),
            events=con.frame("report/select_events", assets=chosen, **within),
            claims=claims,
            withheld=withheld,
            health=frozenset(con.frame("signal/select_health")["measure"]),
            weak=weak,
            forecasts=forecasts if enough else forecasts.clear(),
            alerts=alerts if enough else alerts.clear(),
            histories={
                signal: con.frame("report/select_history", **where, **_column(name, signal), k=k)
                for signal in forecast
            },
            languages=con.frame("report/select_languages", **within),
            rejects=con.frame("report/select_rejects"),
            runs=con.frame("report/select_runs", assets=chosen, **where),
            counters=dict(con.frame("run/select_counters").iter_rows()),
        )


def weak_labels(labels: pl.DataFrame) -> dict[str, int]:
    """Return the measures of weak labels, and how many validation posts carry each, few first."""
    support = (pl.col("tp") + pl.col("fn")).alias("support")
    found = labels.filter("weak").select("measure", support)
    return dict(found.sort("support", "measure").iter_rows())


def _withheld(
    con: Connection, community: str, labels: pl.DataFrame, *, tagger: str
) -> dict[str, int]:
    """Return the weak labels but for those whose errors were counted by hand in the community."""
    weak = weak_labels(labels)
    still = signals.weak(con, [f"{community}:{measure}" for measure in weak], tagger=tagger)
    return {measure: n for measure, n in weak.items() if f"{community}:{measure}" in still}


def _measures(*sides: str) -> list[str]:
    """Return the measures that signals are made of; assets and other series have none."""
    known = [side for side in sides if not side.startswith(("asset/", "series/"))]
    return [_words.split(side.rpartition(":")[2])[0] for side in known]


def _strong(rows: pl.DataFrame, weak: dict[str, int]) -> pl.DataFrame:
    """Return rows without those whose signal is made of a weak label."""
    strong = [s for s in rows["signal"].unique() if not weak.keys() & {*_measures(s)}]
    return rows.filter(pl.col("signal").is_in(strong))


def _column(community: str, signal: str) -> dict[str, str | None]:
    """Return which measure and which variant of it a community's signal names."""
    measure, variant = _words.split(signal.removeprefix(f"{community}:"))
    return {"measure": measure, "variant": variant}


def _community(con: Connection, asked: str | None) -> str:
    known: list[str] = con.frame("report/select_communities")["community"].to_list()
    if not known:
        raise AnalysisError("There are no posts to report on.", do="affect ingest file PATH")
    if asked is not None and asked not in known:
        raise UsageError(
            f"There is no community {asked!r}.", known=f"There: {', '.join(known[:5])}."
        )
    return asked or known[0]


def _assets(con: Connection, community: str, asked: list[str] | None) -> list[str]:
    """Return the assets asked for; else those that go with the community, or all where few."""
    rows = con.frame("report/select_assets", community=community)
    known: list[str] = rows["asset"].to_list()
    for asset in asked or []:
        if asset not in known:
            there = f"There: {', '.join(known[:5])}." if known else "No prices are stored."
            raise UsageError(f"There is no asset {asset!r} with daily bars.", known=there)
    if asked and len(asked) > ASSETS:
        raise UsageError(f"A report shows at most {ASSETS} assets; {len(asked)} were asked for.")
    related: list[str] = rows.filter("related")["asset"].to_list()
    return asked or sorted(related[:ASSETS] or known[: ASSETS * (len(known) <= ASSETS)])
