"""Level shifts of signals and breaks of instruments, put together as rows and claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.analyze import _change_words as words
from affectcli.analyze._change_families import LEVEL, enough, level_means, q_values, seeded
from affectcli.analyze._change_search import breaks
from affectcli.analyze._change_series import observed
from affectcli.analyze._instrument_breaks import InstrumentBreak, label_moves
from affectcli.analyze._instrument_labels import is_common, is_upheaval
from affectcli.analyze._instrument_records import Sign
from affectcli.errors import AnalysisError
from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import polars as pl

    from affectcli.analyze._change_search import Break
    from affectcli.analyze._change_series import Observed
    from affectcli.analyze._instrument_quantities import Instrument


@dataclass(frozen=True)
class Searched:
    """One signal, its shifts (or the likeliest, not found), and their q-values."""

    series: Observed
    shifts: list[Break]
    q_values: list[float]


def searched(
    frames: Mapping[str, pl.DataFrame], *, nulls: int, seed: int
) -> tuple[list[Searched], dict[str, AnalysisError]]:
    """Search every signal, all of them one family; return the others with why they cannot be."""
    series, shifts = [], []
    refused: dict[str, AnalysisError] = {}
    nulls = enough(nulls, len(frames))
    for name, frame in frames.items():
        try:
            one = observed(name, frame)
            shifts.append(breaks(one.tested, nulls=nulls, rng=seeded(seed, name)))
            series.append(one)
        except AnalysisError as error:
            refused[name] = error
    rates = q_values([[one.p_value for one in some] for some in shifts])
    return [Searched(*one) for one in zip(series, shifts, rates, strict=True)], refused


def rows(
    one: Searched,
    size: int,
    known: Sequence[InstrumentBreak],
    instrument: Instrument | None,
) -> list[dict[str, Any]]:
    """Return the rows of one signal in a family of `size`; `known` are its community's breaks."""
    series, shifts = one.series, one.shifts
    dates = [shift.date.at for shift in shifts]
    levels = level_means(series.shown, dates)
    inside = np.concatenate([part - part.mean() for part in np.split(series.shown, dates)])
    spread = float(inside.std()) or float("nan")
    found = []
    for shift, q, (before, after) in zip(shifts, one.q_values, levels, strict=True):
        day, low, high = (
            series.days[at] for at in (shift.date.at, shift.date.low, shift.date.high)
        )
        row: dict[str, Any] = {
            "signal": series.name,
            "ts": day,
            "low": low,
            "high": high,
            "before": before,
            "after": after,
            "size": after - before,
            "size_sd": (after - before) / spread,
            "rank": shift.rank,
            "p_value": shift.p_value,
            "q_value": q,
            "family_size": size,
            "found": shift.found and q <= LEVEL,
            "kind": "level",
            "cause": None,
            "cause_ts": None,
            "n": len(series.days),
            "missing": series.missing,
            "start": series.days[0],
            "end": series.days[-1],
            "nulls": shift.nulls,
        }
        because = _explained(row, known, instrument) if row["found"] else None
        if because is not None:
            row |= {"kind": "instrument", "cause": because.cause, "cause_ts": because.day}
        found.append(row | {"verdict": words.shift(row, because)})
    likeliest = min(found, key=lambda row: float(row["q_value"]))
    return [row for row in found if row["found"]] or [likeliest]


def instrument_row(of: InstrumentBreak, size: int) -> dict[str, Any]:
    """Return the row of a break of an instrument; `size` quantities were tested for all."""
    sign = of.signs[0]
    return {
        "signal": f"{of.community}:instrument.{of.cause}",
        "ts": sign.day,
        "low": sign.low,
        "high": sign.high,
        "before": sign.before,
        "after": sign.after,
        "size": sign.after - sign.before,
        "size_sd": None,
        "rank": sign.rank,
        "p_value": sign.p_value,
        "q_value": sign.q_value,
        "family_size": size,
        "found": True,
        "kind": "instrument",
        "cause": of.cause,
        "cause_ts": sign.day,
        "quantities": [one.quantity for one in of.signs],
        "verdict": words.instrument(of),
    }


def claims(
    found: Sequence[dict[str, Any]], as_of: Mapping[str, datetime], asked: str
) -> list[Finding]:
    """Return the claims of rows, numbered by signal; `as_of` is when the last value was known."""
    number: dict[str, int] = {}
    made = []
    for row in found:
        name = row["signal"]
        number[name] = number.get(name, 0) + 1
        made.append(
            Finding(
                analysis="changepoints",
                x=name,
                verdict=row["verdict"],
                as_of=as_of[name.rpartition(":")[0] if ":instrument." in name else name],
                result={**row, "asked": asked},
                p_value=row["p_value"],
                q_value=row["q_value"],
                question={"asked": asked, "number": number[name]},
            )
        )
    return made


def _explained(
    row: Mapping[str, Any], known: Sequence[InstrumentBreak], of: Instrument | None
) -> InstrumentBreak | None:
    """Return the instrument's break that a signal's shift belongs to, if there is one."""
    measure = row["signal"].rpartition(":")[2]
    near = [one for one in known if one.explains(measure, row["ts"], row["low"], row["high"])]
    if near:
        return min(near, key=lambda one: abs(one.day - row["ts"]))
    moved = label_moves(of, row["ts"]) if of is not None and measure != "posts" else None
    if moved is None or not (is_common(moved) or is_upheaval(moved)):
        return None
    quantity = f"labels that moved with it, of {len(moved.ratio)}, by a median factor"
    sign = Sign("common-mode", quantity, row["ts"], row["low"], row["high"], 1.0, moved.factor)
    return InstrumentBreak(row["signal"].rpartition(":")[0], (sign,))
