"""Signals by name: `reddit/CryptoCurrency:fear`, `asset/BTC-USD:return`, globs allowed."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import polars as pl

from affectcli.errors import UsageError
from affectcli.times import bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from affectcli.store.connection import Connection

SUPPORT = 30
"""Posts with a label, and without it, from which a calibration by hand is worth a validation set;
a tagger's own labels are weak below the same number."""
APART = 0.1
"""Least difference of tpr and fpr that can be corrected for, as in sql/aggregate."""
END_OF_TIME = datetime(9999, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC


def origin(as_of: str) -> datetime:
    """Return the moment up to which values count, naive UTC; without one, all of them do.

    Raises:
        UsageError: `as_of` is no time.
    """
    return bound("--as-of", as_of or None) or END_OF_TIME


def names(con: Connection, pattern: str) -> list[str]:
    """Return the signals that match `pattern`, sorted: one family.

    Plain names (emotions, markers, valence, posts) and the labels of each other scheme are families
    of their own: a glob reaches `scheme.label` only where its measure has a dot, and never several
    schemes.

    Raises:
        UsageError: none does, the message names the nearest; or they are of several schemes.
    """
    matched = con.frame("signal/select_names", pattern=pattern)
    found: list[str] = matched["signal"].to_list()
    if pattern in found:
        return [pattern]
    if found:
        _one_scheme(pattern, matched)
        return found
    known: list[str] = con.frame("signal/select_all_names")["signal"].to_list()
    if not known:
        raise UsageError(f"There is no signal {pattern!r}: no series yet.", do="affect aggregate")
    close = difflib.get_close_matches(pattern, known, n=3, cutoff=0.4)
    raise UsageError(
        f"No signal matches {pattern!r}.",
        known=f"Nearest: {', '.join(close or known[:3])}.",
        do='affect query "select distinct signal from signal"',
    )


def _one_scheme(pattern: str, matched: pl.DataFrame) -> None:
    schemes = matched["scheme"].unique().drop_nulls().sort().to_list()
    if len(schemes) + matched["scheme"].has_nulls() < 2:  # two of anything are a mixture
        return
    place = pattern.rpartition(":")[0]
    plain = ["the plain names"] if matched["scheme"].has_nulls() else []
    raise UsageError(
        f"{pattern!r} matches labels of several schemes: {', '.join(plain + schemes)}. They name "
        "the same posts twice, so they are no family.",
        known=f"'{place}:*' is the plain names.",
        do=" or ".join(f"'{place}:{scheme}.*'" for scheme in schemes),
    )


def weak(con: Connection, found: Sequence[str], *, tagger: str) -> dict[str, str]:
    """Return signal -> why it is not trusted, of those made of a weak label of the tagger.

    A label is weak where its errors are hardly known. In a community where they were counted by
    hand, on at least `SUPPORT` posts of each kind (effective ones) and with tpr - fpr surely above
    `APART`, it is no longer.
    """
    support: dict[str, int] = {}
    counted: dict[tuple[str, str], tuple[float, float]] = {}
    for row in con.frame("signal/select_weak", tagger=tagger).iter_rows(named=True):
        if row["community"] is None:
            support[row["measure"]] = row["support"]
        else:
            least = min(row["positives"], row["negatives"])
            counted[row["community"], row["measure"]] = least, row["apart"]
    reasons = {}
    for name in found:
        community, _, variant = name.rpartition(":")
        measure = variant.partition("@")[0]
        if measure not in support or name.startswith(("asset/", "series/")):
            continue
        least, apart = counted.get((community, measure), (0.0, 0.0))
        if least < SUPPORT or apart < APART:
            reasons[name] = (
                f"the label {measure} is weak ({support[measure]} validation posts carry it): "
                f"how often the tagger errs on it is hardly known{_by_hand(least, apart)}"
            )
    return reasons


def _by_hand(least: float, apart: float) -> str:
    if not least:
        return ""
    if least < SUPPORT:
        return f", and the posts labelled by hand are worth {least:.0f} of a kind, of {SUPPORT}"
    return f", and by the posts labelled by hand tpr - fpr may be as small as {apart:.2f}"


def health(con: Connection, found: Iterable[str]) -> set[str]:
    """Return the signals that are about health: a sentence about one says "not a diagnosis"."""
    measures = set(con.frame("signal/select_health")["measure"])
    inside = (name for name in found if not name.startswith(("asset/", "series/")))
    return {name for name in inside if name.rpartition(":")[2].partition("@")[0] in measures}


def zone(con: Connection) -> str:
    """Return the time zone in which the daily series were cut into days."""
    return str(con.scalar("signal/select_zone"))


def values(con: Connection, name: str, as_of: datetime = END_OF_TIME) -> pl.DataFrame:
    """Return ts (date), value, linear, posts, share, available_at of a signal, known at `as_of`."""
    return family(con, [name], as_of)[name]


def family(
    con: Connection,
    names: Sequence[str],
    as_of: datetime = END_OF_TIME,
    *,
    freq: Literal["day", "week"] = "day",
) -> dict[str, pl.DataFrame]:
    """Return the `values` of many signals, read at once: one by one takes 70 ms each.

    By week there are those of communities only, in whole weeks; other signals have no rows.
    """
    statement = "signal/select_values" if freq == "day" else "signal/select_weekly_values"
    found = con.frame(statement, signals=list(names), as_of=as_of)
    frames = found.partition_by("signal", as_dict=True, include_key=False)
    nothing = found.drop("signal").clear()
    return {name: frames.get((name,), nothing) for name in names}


def every_day(frame: pl.DataFrame, *, step: int = 1) -> pl.DataFrame:
    """Return the rows of `values` on every calendar day from the first with a value; gaps are nan.

    At least one day must have a value. With a `step` of 7 every week has a row.
    """
    first = frame.filter(pl.col("value").is_not_null())["ts"].min()
    span = pl.date_range(first, frame["ts"].max(), f"{step}d", eager=True)  # type: ignore[arg-type]  # dates, by the view
    days = pl.DataFrame({"ts": span}).join(frame, on="ts", how="left", maintain_order="left")
    return days.with_columns(pl.col("value", "linear", "posts").fill_null(float("nan")))


def is_share(frame: pl.DataFrame) -> bool:
    """Return whether a signal's values lie in [0, 1] by their nature."""
    return bool(frame["share"].drop_nulls().any())


def known_at(frame: pl.DataFrame) -> datetime:
    """Return when the last of a signal's values could first be known."""
    at: datetime = frame["available_at"].max()  # type: ignore[assignment]  # a timestamp column
    return at
