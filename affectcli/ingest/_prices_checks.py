"""What is odd about stored bars: bars that are missing, and jumps that look like splits.

Both are said and never mended: a gap may be a holiday, and a jump may be news.

Gaps. An asset with at least one bar in twenty on a weekend trades around the clock, and every step
longer than its bar is a gap. Any other asset trades on business days: a gap is more than three
weekdays in a row without a bar (no ordinary holiday closes an exchange for longer).

Splits. The price opens at a simple ratio p of the last close (1/2, 1/3, 2/3, 1/10, ..., or 2, 3,
10, ... for a reverse split), to within 3 %, the bar stays there (its close is within 15 % of its
open), and volume does not collapse: after a split by k about k times the shares change hands, so
that volume is at least half the median of the 20 bars before. Without volume the price decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.ingest._prices_bars import length

if TYPE_CHECKING:
    from collections.abc import Iterable

WEEKEND_SHARE = 0.05
FREE_WEEKDAYS = 3
RATIOS = sorted(
    {1 / n for n in (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100)} | {2 / 3, 3 / 5}
)
NEAR = 0.03
STAYS = 0.15
BEFORE = 20
COLLAPSE = 0.5


def gaps(bars: pl.DataFrame, bar: str) -> pl.DataFrame:
    """Return asset, since, until, missing, days of every gap in bars (asset, ts), longest first.

    `missing` counts bars of an asset that trades around the clock, else weekdays.
    """
    step = length(bar)
    weekend = (pl.col("ts").dt.weekday() > 5).mean().over("asset")
    steps = (
        bars.sort("asset", "ts")
        .with_columns(always=(weekend >= WEEKEND_SHARE))
        .with_columns(since=pl.col("ts").shift(1).over("asset"))
        .drop_nulls("since")
    )
    between = pl.business_day_count(
        pl.col("since").dt.date() + timedelta(days=1), pl.col("ts").dt.date()
    )
    weeks = step >= timedelta(weeks=1)
    bars_missing = (pl.col("ts") - pl.col("since")).dt.total_seconds() // int(
        step.total_seconds()
    ) - 1
    missing = pl.when(pl.col("always") | weeks).then(bars_missing).otherwise(between)
    floor = pl.when(pl.col("always") | weeks).then(0).otherwise(FREE_WEEKDAYS)
    return (
        steps.with_columns(missing=missing.cast(pl.Int64), floor=floor)
        .filter(pl.col("missing") > pl.col("floor"))
        .select(
            "asset",
            "since",
            until="ts",
            missing="missing",
            days=(pl.col("ts") - pl.col("since")).dt.total_days(),
        )
        .sort("days", "asset", "since", descending=[True, False, False])
    )


def splits(bars: pl.DataFrame) -> pl.DataFrame:
    """Return asset, ts and ratio of every jump that looks like a split, in order."""
    usual = pl.col("volume").rolling_median(BEFORE, min_samples=5).shift(1).over("asset")
    frame = bars.sort("asset", "ts").with_columns(
        first=pl.coalesce("open", "close"),
        before=pl.col("close").shift(1).over("asset"),
        usual=usual,
    )
    ratio = pl.col("first") / pl.col("before")
    near = pl.coalesce(pl.when((ratio / r - 1).abs() < NEAR).then(pl.lit(r)) for r in _both(RATIOS))
    stays = (pl.col("close") / pl.col("first") - 1).abs() < STAYS
    busy = (pl.col("volume") >= COLLAPSE * pl.col("usual")).fill_null(value=True)
    return (
        frame.with_columns(ratio=near)
        .filter(pl.col("ratio").is_not_null() & stays & busy)
        .select("asset", "ts", "ratio")
    )


def said(bars: pl.DataFrame, bar: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Return what is odd about the bars (asset, ts, open, close, volume), as words and as rows."""
    holes, jumps = gaps(bars, bar), splits(bars)
    words = ""
    if len(holes):
        asset, since, until, missing, days = holes.row(0)
        long = f"{days} days" if days else f"{missing} bars"
        words += f" Gaps: {len(holes):,}. Longest gap: {long}, {asset} from "
        words += f"{since:%Y-%m-%d} to {until:%Y-%m-%d}."
    if len(jumps):
        shown = ", ".join(f"{a} {ts:%Y-%m-%d} (x{r:.3g})" for a, ts, r in jumps.head(3).iter_rows())
        more = f" and {len(jumps) - 3} more" if len(jumps) > 3 else ""
        words += f" Looks like a split, nothing was adjusted: {shown}{more}."
    rows = {"gaps": _rows(holes.drop("days")), "splits": _rows(jumps)}
    return words, rows


def _both(ratios: Iterable[float]) -> list[float]:
    return [each for ratio in ratios for each in (ratio, 1 / ratio)]


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(pl.col(times).dt.to_string("iso:strict")).head(100).to_dicts()
