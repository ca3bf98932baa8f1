"""What analyses withhold: labels that are weak, and families that mix schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.analyze import levels, xcorr
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

MEASURES = ("fear", "grief", "ekman7.fear", "ekman7.joy", "sad9.work")


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    rng = np.random.default_rng(1)
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "grief": -1.0}, weak=["grief"])
        tables.scheme(con, "goemotions28", {"fear": -1.0}, tagger="other", weak=["fear"])
        tables.days(con, {name: rng.uniform(0.1, 0.3, 120).tolist() for name in MEASURES})
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def test_levels_withhold_weak_labels_and_say_so(ctx: Context) -> None:
    outcome = levels.run(ctx, signal="c/x:*")
    assert [row["signal"] for row in outcome.rows] == ["c/x:fear"]
    assert outcome.rows[0]["family_size"] == 1
    assert "withheld, for their labels are weak: 1 (grief)" in outcome.message
    with pytest.raises(AnalysisError, match="the label grief is weak") as caught:
        levels.run(ctx, signal="c/x:grief@mean")
    assert caught.value.code == 10


def test_a_family_of_several_schemes_is_refused(ctx: Context) -> None:
    for sides in (("c/x:*.*", "c/x:fear"), ("c/x:fear", "c/x:*.*")):
        with pytest.raises(UsageError, match=r"'c/x:ekman7\.\*' or 'c/x:sad9\.\*'") as caught:
            xcorr.run(ctx, x=sides[0], y=sides[1], max_lag=3, nulls=99)
        assert caught.value.code == 2
    with ctx.db.read() as con:
        assert con.raw.sql("select count(*) from finding").fetchall() == [(0,)]


def test_one_scheme_a_side_is_a_family(ctx: Context) -> None:
    outcome = xcorr.run(ctx, x="c/x:fear", y="c/x:ekman7.*", max_lag=3, nulls=99)
    assert {row["y"] for row in outcome.rows} == {"c/x:ekman7.fear", "c/x:ekman7.joy"}
    assert {row["family_size"] for row in outcome.rows} == {2}
