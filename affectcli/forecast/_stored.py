"""Forecasts and alerts in the database, and what came of earlier alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.forecast._asked import WEEKLY
from affectcli.store import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.forecast._asked import Asked
    from affectcli.forecast._claim import Claim
    from affectcli.store import Connection, Context

ALERT = {
    "model": pl.String,
    "starts": pl.Date,
    "ends": pl.Date,
    "probability": pl.Float64,
    "threshold": pl.Float64,
}
SEEN = {"signal": pl.String, "weekly": pl.Boolean, "ts": pl.Date, "value": pl.Float64}


def keep(ctx: Context, claims: Sequence[Claim], asked: Asked) -> int:
    """Store forecasts and alerts, and return how many earlier alerts are settled now."""
    with ctx.db.write() as con:
        changed = sum(_keep(con, ctx.run_id, claim, asked) for claim in claims)
        settled = _settle(con, asked)
        if changed or settled:
            con.touch("forecast")
    return settled


def _keep(con: Connection, run_id: str, claim: Claim, asked: Asked) -> int:
    """Store one forecast and its alerts, and return how many rows that changed."""
    used = claim.used
    days = [
        {
            "signal": claim.name,
            "model": model,
            "chosen": model == used.model,
            "origin": result.origin,
            "threshold": result.threshold,
            **row,
        }
        for model, result in claim.study.by_model.items()
        for row in result.rows
    ]
    alerts = [
        {
            "model": used.model,
            "starts": period["start"],
            "ends": period["end"],
            "probability": period["probability"],
            "threshold": used.threshold,
        }
        for period in claim.announced
    ]
    con.register(fresh=pl.DataFrame(days), fresh_alert=pl.DataFrame(alerts, schema=ALERT))
    about = {
        "signal": claim.name,
        "origin": used.origin,
        "high": asked.counted,
        "horizon": asked.horizon,
    }
    changed = con.execute("forecast/merge_forecast", run_id=run_id, **about)
    changed += con.execute("forecast/delete_alert", **about)
    return changed + con.execute("forecast/insert_alert", run_id=run_id, **about)


def _settle(con: Connection, asked: Asked) -> int:
    """Say what came of every alert whose days are over, by what is known now."""
    until = signals.origin(asked.as_of)
    waiting = con.frame("forecast/select_open_alerts", weekly=WEEKLY)
    seen = [pl.DataFrame(schema=SEEN)]
    for weekly in (False, True):
        names = waiting.filter(pl.col("weekly") == weekly)["signal"].to_list()
        if names:
            frames = signals.family(con, names, until, freq="week" if weekly else "day")
            seen += [
                frame.select(pl.lit(name).alias("signal"), pl.lit(weekly).alias("weekly"), "ts",
                             "value")
                for name, frame in frames.items()
            ]  # fmt: skip
    con.register(seen=pl.concat(seen))
    return con.execute("forecast/settle_alert", weekly=WEEKLY)
