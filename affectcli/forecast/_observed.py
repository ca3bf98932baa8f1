"""A signal and what stands beside it, row by row, as it was known at the end of each row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError
from affectcli.forecast._scale import Observed
from affectcli.store import signals
from affectcli.store.places import concerns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.forecast._asked import Asked, Inputs

    Floats = NDArray[np.float64]

COUNTS = (":posts", ":volume")
"""Ends of the names of signals that count things: 0 or more, and without a bound."""


def observed(name: str, inputs: Inputs, asked: Asked) -> Observed:
    """Return a signal from its first value on.

    Raises:
        AnalysisError: it has no value.
    """
    frame = inputs.frames[name]
    if frame["value"].is_null().all():
        thin = f"every {asked.freq} is too thin" if frame.height else f"no {asked.freq} was known"
        raise AnalysisError(f"The signal has no value: {thin}.")
    rows = signals.every_day(frame, step=asked.step)
    share = signals.is_share(rows)
    beside = [other for other_name, other in inputs.others.items() if other_name != name]
    return Observed(
        days=rows["ts"].to_list(),
        value=rows["value"].to_numpy().astype(np.float64),
        posts=rows["posts"].to_numpy().astype(np.float64),
        share=share,
        count=not share and name.endswith(COUNTS),
        step=asked.step,
        columns=_columns(rows, beside, asked.step),
        ahead=_ahead(rows, name, inputs.events, asked),
    )


def _columns(rows: pl.DataFrame, others: Sequence[pl.DataFrame], step: int) -> Floats:
    """Return other signals on the first row at whose end each value was known, shape (n, m).

    The mean where several were; nan where there is no news.
    """
    n = rows.height
    if not others:
        return np.empty((n, 0))
    midnight = pl.col("ts").cast(pl.Datetime("us")) + timedelta(days=step)
    ends = rows.select(
        pl.coalesce(pl.col("available_at"), midnight).cum_max().alias("end"),
        row=pl.int_range(n),
    )
    began = datetime.combine(rows["ts"][0], datetime.min.time())
    return np.stack([_landed(other, ends, began) for other in others], axis=1)


def _landed(other: pl.DataFrame, ends: pl.DataFrame, began: datetime) -> Floats:
    """Return the values that became known in each row, shape (n,)."""
    news = other.filter(pl.col("value").is_not_null(), pl.col("available_at") > began)
    landed = (
        news.sort("available_at")
        .join_asof(ends, left_on="available_at", right_on="end", strategy="forward")
        .group_by("row")
        .agg(pl.col("value").mean())
    )
    value = ends.join(landed, on="row", how="left", maintain_order="left")["value"]
    return value.fill_null(float("nan")).to_numpy().astype(np.float64)


def _ahead(rows: pl.DataFrame, name: str, events: Sequence[pl.DataFrame], asked: Asked) -> Floats:
    """Return on which rows announced events fall, `horizon` rows ahead; shape (n + horizon, c)."""
    n = rows.height + asked.horizon
    flags = np.zeros((n, len(events)))
    start = rows["ts"][0]
    for k, dates in enumerate(events):
        for scope, first, last in dates.select("scope", "first", "last").iter_rows():
            if concerns(scope, name):
                low, high = ((day - start).days // asked.step for day in (first, last))
                flags[max(low, 0) : max(high + 1, 0), k] = 1.0
    return flags
