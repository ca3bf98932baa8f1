"""When did a level shift, and was it the mood or the instrument?

Every signal is searched for level shifts, and the largest is compared with the largest of
surrogates that have the signal's own memory and no shift (see `_change_test`). What is known of
how a community is measured is searched in the same way; a shift that comes with a break of the
instrument is of kind `instrument`, any other of kind `level`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from affectcli.analyze import _change_claims as change
from affectcli.analyze import _change_thread
from affectcli.analyze._asked import trusted, withheld
from affectcli.analyze._instrument_breaks import InstrumentBreak, found_breaks
from affectcli.analyze._instrument_quantities import Instrument
from affectcli.analyze._turning import turning_points
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import Outcome, signals
from affectcli.store.findings import store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from affectcli.store import Connection, Context
    from affectcli.store.findings import Finding

READS = ("prevalence", "price", "series", "label", "post", "score", "ledger", "run")
OUTSIDE = ("asset/", "series/")
"""Signals that no posts are behind."""


def run(
    ctx: Context, *, signal: str = "", thread: str = "", nulls: int = 999, as_of: str = ""
) -> Outcome:
    """Search the signals that match `signal`; store one claim a shift, or one that there is none.

    With `thread`, a post, find instead where the emotion of its thread turns (see `_turning`).
    `as_of` (an ISO date) leaves out what was not known then.

    Raises:
        UsageError: no signal or post matches, or none or both were asked for.
        AnalysisError: not one signal can be searched.
    """
    if bool(signal) == bool(thread):
        raise UsageError(
            "What should be searched: a signal, or a thread?",
            do="--signal 'reddit/CryptoCurrency:*', or --thread POST_ID",
        )
    until = origin(as_of)
    asked = f"{signal or thread} as of {as_of or 'now'}"
    if thread:
        turns = turning_points(ctx, thread, until=until)
        with ctx.db.read() as con:
            last = con.frame("analyze/select_change_thread_end", thread=thread, until=until)
        claims = _change_thread.claims(turns, last["last"][0], asked)
        return _stored(ctx, claims, asked, f"turns of the thread: {len(turns)}")
    with ctx.db.read() as con:
        frames, weak = trusted(ctx, con, signal, until=until)
        health = signals.health(con, frames)
        places = sorted({n.rpartition(":")[0] for n in frames if not n.startswith(OUTSIDE)})
        instruments = _instruments(con, places, until, tagger=ctx.settings.tag.tagger)
    found, refused = change.searched(frames, nulls=nulls, seed=ctx.seed)
    if not found:
        _refuse(refused, weak)
    broken, tested = found_breaks(instruments, nulls=nulls, seed=ctx.seed)
    rows = _rows(found, instruments, broken, tested)
    for row in rows:
        row["verdict"] += " Not a diagnosis." if row["signal"] in health else ""
    known = {one.series.name: one.series.as_of for one in found}
    claims = change.claims(rows, known | _known(known), asked)
    message = _message(rows, len(found), tested)
    if refused:
        first = next(f"{name}: {error.what}" for name, error in refused.items())
        message += f"; {len(refused)} not testable ({first})"
    return _stored(ctx, claims, asked, message + withheld(weak))


def _refuse(refused: Mapping[str, AnalysisError], weak: Mapping[str, str]) -> NoReturn:
    for name, error in refused.items():
        raise AnalysisError(f"{name}: {error.what}", known=error.known, do=error.do)
    name, reason = next(iter(weak.items()))
    raise AnalysisError(f"{name}: {reason}.")


def _stored(ctx: Context, claims: Sequence[Finding], asked: str, message: str) -> Outcome:
    """Store claims in the place of those that answered the same question before."""
    changed = store(ctx, claims)
    with ctx.db.write() as con:
        kept = [claim.finding_id for claim in claims]
        changed += con.execute("analyze/delete_change_stale", asked=asked, kept=kept)
    rows = [{"finding_id": c.finding_id, "run_id": ctx.run_id, **c.result} for c in claims]
    return Outcome(rows=rows, rows_in=len(claims), rows_out=changed, message=message)


def _instruments(
    con: Connection, places: Sequence[str], until: datetime, *, tagger: str
) -> dict[str, Instrument]:
    """Return what is known by `until` of how each of the communities `places` is measured."""
    asked: dict[str, Any] = {"communities": list(places), "as_of": until}
    frames = {
        "days": con.frame("analyze/select_instrument_days", **asked),
        "mix": con.frame("analyze/select_instrument_mix", **asked),
        "taggers": con.frame("analyze/select_instrument_taggers", **asked, tagger=tagger),
        "inputs": con.frame("analyze/select_instrument_inputs", **asked),
        "labels": con.frame("analyze/select_instrument_labels", **asked, tagger=tagger),
    }
    return {
        place: Instrument(
            **{name: rows.filter(pl.col("community") == place) for name, rows in frames.items()}
        )
        for place in places
    }


def _rows(
    found: Sequence[change.Searched],
    instruments: dict[str, Instrument],
    broken: Sequence[InstrumentBreak],
    tested: int,
) -> list[dict[str, Any]]:
    """Return the instrument's breaks and the signals' shifts, surest first."""
    made = []
    for one in found:
        place = one.series.name.rpartition(":")[0]
        known = [other for other in broken if other.community == place]
        made += change.rows(one, len(found), known, instruments.get(place))
    made.sort(key=lambda row: (not row["found"], row["q_value"], row["signal"], row["ts"]))
    return [*(change.instrument_row(one, tested) for one in broken), *made]


def _known(signals_: dict[str, datetime]) -> dict[str, datetime]:
    """Return community -> when the last value of its signals was known."""
    places: dict[str, datetime] = {}
    for name, at in signals_.items():
        place = name.rpartition(":")[0]
        places[place] = max(at, places.get(place, at))
    return places


def _message(rows: Sequence[dict[str, Any]], searched: int, tested: int) -> str:
    level = sum(row["found"] and row["kind"] == "level" for row in rows)
    own = sum(":instrument." in row["signal"] for row in rows)
    with_it = sum(row["kind"] == "instrument" for row in rows) - own
    return (
        f"signals searched: {searched}, level shifts: {level}, shifts with an instrument break: "
        f"{with_it}; quantities of the instrument tested: {tested}, breaks: {own}"
    )
