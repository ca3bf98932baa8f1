"""Names of signals: globs make one family, and a family is of one scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.errors import UsageError
from affectcli.store import Database, signals
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from affectcli.store import Connection

PLAIN = ("fear", "joy", "posts", "stress", "valence")
OTHER = ("emtract7.fear", "emtract7.sad", "sad9.work")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    with Database(tmp_path / "a.duckdb").write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0}, weak=["joy"])
        tables.scheme(con, "emtract7", {"fear": -1.0, "sad": -1.0}, kind="one", weak=["sad"])
        tables.scheme(con, "vader", {"valence": 0.0}, kind="scale")
        tables.days(con, {name: [0.1, 0.2] for name in (*PLAIN, *OTHER, "vader.valence")})
        tables.days(con, {"fear": [0.1, 0.2]}, community="forum/meta.example.org")
        yield con


def test_a_plain_glob_is_the_plain_names(con: Connection) -> None:
    assert signals.names(con, "c/x:*") == [f"c/x:{name}" for name in PLAIN]
    assert signals.names(con, "forum/meta.example.org:*") == ["forum/meta.example.org:fear"]
    assert signals.names(con, "*fear") == ["c/x:fear", "forum/meta.example.org:fear"]
    assert signals.names(con, "c/x:f*@mean") == ["c/x:fear@mean"]


def test_a_scheme_is_asked_for_by_its_name(con: Connection) -> None:
    assert signals.names(con, "c/x:emtract7.*") == ["c/x:emtract7.fear", "c/x:emtract7.sad"]
    assert signals.names(con, "c/x:sad9.work") == ["c/x:sad9.work"]
    assert signals.names(con, "*:emtract7.f*@mean") == ["c/x:emtract7.fear@mean"]


@pytest.mark.parametrize("pattern", ["c/x:*.*", "c/x:[es]*.*"])
def test_a_glob_over_several_schemes_is_refused(con: Connection, pattern: str) -> None:
    with pytest.raises(UsageError) as caught:
        signals.names(con, pattern)
    assert caught.value.code == 2
    assert "emtract7, sad9" in str(caught.value)
    assert "'c/x:emtract7.*' or 'c/x:sad9.*'" in caught.value.do
    assert "'c/x:*' is the plain names" in str(caught.value)


def test_a_scale_is_no_share_and_has_no_variants(con: Connection) -> None:
    assert not signals.is_share(signals.values(con, "c/x:vader.valence"))
    assert signals.is_share(signals.values(con, "c/x:emtract7.sad"))
    with pytest.raises(UsageError, match="No signal matches"):
        signals.names(con, "c/x:vader.*@mean")


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ((40, 10, 5, 95), ""),
        ((15, 10, 5, 95), "labelled by hand are worth 25 of a kind, of 30"),
        ((60, 40, 5, 20), "labelled by hand are worth 25 of a kind, of 30"),
        ((12, 28, 12, 88), "tpr - fpr may be as small as 0.02"),
    ],
)
def test_a_weak_label_is_trusted_where_its_errors_were_counted_by_hand(
    con: Connection, counts: tuple[float, ...], why: str
) -> None:
    tables.days(con, {"joy": [0.1, 0.2]}, community="c/y")
    con.raw.execute(
        "insert into calibration values ('c/x', 't', 'goemotions28', 'r-goemotions28', 'joy',"
        " ?, ?, ?, ?, 200, 'r')",
        list(counts),
    )
    asked = ["c/x:joy", "c/x:joy@mean", "c/y:joy", "c/x:emtract7.sad"]
    found = signals.weak(con, asked, tagger="t")
    withheld = asked if why else ["c/y:joy", "c/x:emtract7.sad"]
    assert list(found) == withheld
    assert found["c/y:joy"].endswith("is hardly known")
    assert found.get("c/x:joy", "").endswith(why)


def test_a_count_of_another_revision_says_nothing(con: Connection) -> None:
    con.raw.execute(
        "insert into calibration values ('c/x', 't', 'goemotions28', 'r-old', 'joy',"
        " 90, 10, 5, 95, 200, 'r')"
    )
    assert list(signals.weak(con, ["c/x:joy"], tagger="t")) == ["c/x:joy"]


def test_weak_labels_are_told_apart_by_scheme(con: Connection) -> None:
    asked = ["c/x:joy", "c/x:joy@mean", "c/x:fear", "c/x:emtract7.sad", "asset/joy:joy"]
    found = signals.weak(con, asked, tagger="t")
    assert list(found) == ["c/x:joy", "c/x:joy@mean", "c/x:emtract7.sad"]
    assert "the label emtract7.sad is weak (90 validation posts" in found["c/x:emtract7.sad"]


def test_signals_of_health_are_known_and_others_with_their_names_are_not(con: Connection) -> None:
    tables.scheme(con, "markers", {"stress": -1.0})
    asked = ["c/x:stress", "c/x:stress@mean", "c/x:fear", "series/lab:stress", "asset/A:stress"]
    assert signals.health(con, asked) == {"c/x:stress", "c/x:stress@mean"}
