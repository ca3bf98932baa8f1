"""One tree of emotions: every scheme is a cut through it, and views follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from affectcli.store import Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

EKMAN = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        *("admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude"),
        *("joy", "love", "optimism", "pride", "relief"),
    ),
    "sadness": ("disappointment", "embarrassment", "grief", "remorse", "sadness"),
    "surprise": ("confusion", "curiosity", "realization", "surprise"),
    "neutral": ("neutral",),
}
"""The grouping published with GoEmotions (Demszky et al. 2020), appendix."""
FINE = [label for group in EKMAN.values() for label in group]
PLEASANT = set(EKMAN["joy"])


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.posts(con, [("p:1", 1, "en", "live"), ("p:2", 2, "en", "live")])
    return db


def _fine(db: Database, seed: int) -> dict[str, float]:
    p = np.random.default_rng(seed).uniform(0, 0.4, len(FINE)).astype(np.float32)
    with db.write() as con:
        lean = {label: 1.0 if label in PLEASANT else -1.0 for label in FINE}
        tables.scheme(con, "goemotions28", lean | {"neutral": 0.0})
        tables.score(con, 1, "goemotions28", p.tolist())
    return dict(zip(FINE, p.tolist(), strict=True))


def _row(db: Database, view: str) -> dict[str, Any]:
    with db.read() as con:
        return dict(con.raw.table(view).order("post_id").pl().row(0, named=True))


def _or(p: dict[str, float], labels: tuple[str, ...]) -> float:
    return float(1 - np.prod([1 - p[label] for label in labels]))


def test_every_node_hangs_below_the_root_and_every_label_has_one_node(db: Database) -> None:
    with db.read() as con:
        tree = con.raw.sql("from taxonomy").pl()
    nodes = set(tree["node"])
    assert len(nodes) == tree.height
    assert [row["node"] for row in tree.rows(named=True) if row["parent"] not in nodes] == [
        "emotion"
    ]
    words = [word for row in tree["words"] for word in row]
    assert len(words) == len(set(words))
    assert set(FINE) == set(tree["goemotions28"].drop_nulls())
    assert set(FINE) <= set(words)


def test_the_tree_groups_goemotions_as_its_authors_do(db: Database) -> None:
    p = _fine(db, 1)
    found = _row(db, "ekman7")
    assert found["scheme"] == "goemotions28"
    for coarse, labels in EKMAN.items():
        assert found[coarse] == pytest.approx(_or(p, labels), abs=1e-6), coarse


def test_coarser_cuts_differ_where_the_schemes_do(db: Database) -> None:
    p = _fine(db, 2)
    love = ("love", "caring", "desire")
    angry = (*EKMAN["anger"], "disgust")
    parrott, leia, finance = (_row(db, view) for view in ("parrott6", "leia5", "emtract7"))
    assert parrott["love"] == leia["affection"] == pytest.approx(_or(p, love), abs=1e-6)
    assert parrott["anger"] == leia["anger"] == pytest.approx(_or(p, angry), abs=1e-6)
    joy = tuple(label for label in EKMAN["joy"] if label not in love)
    assert parrott["joy"] == leia["happiness"] == pytest.approx(_or(p, joy), abs=1e-6)
    assert finance["happy"] == _row(db, "ekman7")["joy"]
    assert finance["anger"] == _row(db, "ekman7")["anger"]


def test_probabilities_that_sum_to_one_add_up_and_missing_labels_are_null(db: Database) -> None:
    with db.write() as con:
        names = ("Anger", "contempt", "disgust", "joy", "optimism", "trust", "sad")
        tables.scheme(con, "seven", dict.fromkeys(names, 0.0), kind="one")
        tables.score(con, 1, "seven", [0.1, 0.05, 0.15, 0.2, 0.25, 0.05, 0.2])
    found = _row(db, "ekman7")
    assert found["scheme"] == "seven"
    assert found["joy"] == pytest.approx(0.45)
    assert found["disgust"] == pytest.approx(0.15 + 0.05)
    assert found["anger"] == pytest.approx(0.1)
    assert found["fear"] is None
    assert _row(db, "emtract7")["sad"] == pytest.approx(0.2)


def test_a_scheme_of_its_own_comes_before_the_tree(db: Database) -> None:
    _fine(db, 3)
    with db.write() as con:
        own = ("neutral", "happy", "sad", "anger", "disgust", "surprise", "fear")
        tables.scheme(con, "emtract7", dict.fromkeys(own, 0.0), kind="one")
        tables.score(con, 1, "emtract7", [0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.2])
    assert (_row(db, "emtract7")["scheme"], _row(db, "ekman7")["scheme"]) == (
        "emtract7",
        "goemotions28",
    )
    assert _row(db, "emtract7")["happy"] == pytest.approx(0.3)


def test_labels_that_are_no_emotions_make_no_view(db: Database) -> None:
    with db.write() as con:
        stressors = dict.fromkeys(("work", "school", "family", "anxiety"), 0.0)
        tables.scheme(con, "sad9", stressors, kind="one")
        tables.score(con, 1, "sad9", [0.25] * 4)
        assert con.raw.sql("from ekman7").pl().is_empty()


def test_valence_is_the_taggers_own_where_a_text_has_it(db: Database) -> None:
    p = _fine(db, 4)
    with db.write() as con:
        tables.score(con, 2, "goemotions28", list(p.values()))
        tables.scheme(con, "affect", {"intensity": 0.0, "valence": 0.0}, kind="scale")
        tables.score(con, 1, "affect", [0.8, -0.25])
        both = con.raw.sql("select * from emotion order by post_id").pl()
        valence = con.raw.sql("select * from valence order by post_id").pl()
    lean = sum(v * (1 if k in PLEASANT else -1 if k != "neutral" else 0) for k, v in p.items())
    expected = lean / sum(p.values())
    assert both["valence"].to_list() == pytest.approx([-0.25, expected], abs=1e-6)
    assert valence["valence"].to_list() == pytest.approx([-0.25, expected], abs=1e-6)
    assert valence["intensity"].to_list() == [pytest.approx(0.8), None]
    assert both["top"].to_list() == [max(p, key=lambda label: p[label])] * 2
    assert both.width == 2 + 28 + 2


def test_a_text_that_cannot_be_scored_is_in_no_view(db: Database) -> None:
    _fine(db, 5)
    with db.write() as con:
        tables.score(con, 2, "goemotions28", [float("nan")] * len(FINE))
        for view in ("emotion", "goemotions28", "ekman7", "parrott6", "valence"):
            assert con.raw.sql(f"select post_id from {view}").fetchall() == [("p:1",)]


def test_markers_say_whom_they_speak_of(db: Database) -> None:
    with db.write() as con:
        tables.scheme(con, "markers", {"anxiety": -1.0, "stress": -1.0, "depression": -1.0})
        tables.scheme(con, "status", {"present": 0.0, "past": 0.0}, kind="one")
        con.raw.execute("update label set threshold = 0.2 where label = 'past'")
        for text in (1, 2):
            tables.score(con, text, "markers", [0.2, 0.9, 0.4])
        tables.score(con, 2, "status", [0.6, 0.4])
        found = con.raw.sql("from marker order by post_id").pl().rows(named=True)
    assert [row["status"] for row in found] == ["present", "past"]
    assert found[0]["stress"] == pytest.approx(0.9)
    assert found[0]["suicidality"] is None


def test_unscored_posts_say_why(tmp_path: Path) -> None:
    rows = [
        *(("p:1", 1, "en", "live"), ("p:2", 2, "und", "live"), ("p:3", 3, "es", "live")),
        *(("p:4", None, "und", "live"), ("p:5", 5, "en", "deleted"), ("p:6", 6, "en", "live")),
        ("p:7", 1, "es", "live"),
    ]
    with Database(tmp_path / "b.duckdb").write() as con:
        tables.posts(con, rows)
        tables.scheme(con, "a", {"x": 0.0})
        tables.scheme(con, "b", {"y": 0.0})
        for text, value in ((1, 0.5), (2, float("nan"))):
            for name in ("a", "b"):
                tables.score(con, text, name, [value])
        tables.score(con, 6, "a", [0.5])
        found = con.raw.sql("select post_id, why from unscored order by post_id").fetchall()
        readable = con.raw.sql("select post_id from readable order by post_id").fetchall()
        untagged = con.scalar("aggregate/select_untagged", tagger="t")
    assert found == [
        ("p:2", "cannot be scored"),
        *(("p:3", "language es"), ("p:4", "empty"), ("p:5", "deleted")),
        *(("p:6", "not tagged yet"), ("p:7", "language es")),
    ]
    assert [post for (post,) in readable] == ["p:1", "p:2", "p:6"]
    assert untagged == 1
