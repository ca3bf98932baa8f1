"""A weak label is forecast and never announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli import forecast
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_no_alert_for_a_weak_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectcli.parts.names", lambda _layer: ["seasonal_naive"])
    db = Database(tmp_path / "a.duckdb")
    rng = np.random.default_rng(1)
    rising = (0.1 + 0.2 * (np.arange(90) > 60) + rng.uniform(0, 0.01, 90)).tolist()
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "grief": -1.0}, weak=["grief"])
        tables.days(con, {"fear": rising, "grief": rising})
    ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)
    outcome = forecast.run(ctx, signal="c/x:*", horizon=7, high="0.2")
    with db.read() as con:
        alerts = con.raw.sql("select distinct signal from alert").fetchall()
        days = con.raw.sql("select distinct signal from forecast order by 1").fetchall()
    assert alerts == [("c/x:fear",)]
    assert days == [("c/x:fear",), ("c/x:grief",)]
    assert "no alert for 1: the label grief is weak" in outcome.message
    fear, grief = outcome.rows
    assert fear["weak"] is None
    assert "No alert: the label grief is weak" in grief["verdict"]
    assert grief["periods"] == fear["periods"] != []
