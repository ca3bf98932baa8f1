"""Tasks: read from files as they are published, unknown markers stay unknown, no leaks."""

from __future__ import annotations

import gzip
import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import InputError
from affectcli.tag import _corpora, _split, _tasks

if TYPE_CHECKING:
    from pathlib import Path

SHARED = "I cannot sleep and everything in my life is too much to bear these days"


def _csv(path: Path, header: str, rows: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(("\n".join([header, *rows]) + "\n").encode()))


@pytest.fixture
def corpora(tiny_data: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(tiny_data, folder / "goemotions")
    names = ("joy", "fear", "anger", "neutral")
    (folder / "goemotions" / "ekman_mapping.json").write_text(json.dumps({n: n for n in names}))
    letters = [chr(97 + n % 26) * (1 + n // 26) for n in range(60)]
    _csv(
        folder / "emtract_stocktwits/train.csv.gz",
        "label,text,body,label_name",
        [f"{n % 7},x,$ABC is {word} today,y" for n, word in enumerate(letters)],
    )
    _csv(
        folder / "dreaddit/dreaddit-train.csv.gz",
        "subreddit,post_id,text,label",
        [f"anxiety,p{n // 2},I feel {w} about it,{n % 2}" for n, w in enumerate(letters)],
    )
    _csv(
        folder / "imhi_dr_sad/DR.csv.gz",
        "split,text,label",
        [
            f"val,{SHARED},yes",
            f"train,{SHARED},yes",
            *(f"train,my days are {w},{'no' if n % 3 else 'yes'}" for n, w in enumerate(letters)),
        ],
    )
    _csv(
        folder / "cssrs500/users_train.csv.gz",
        "User,Post,Label",
        [
            f"u{n},\"['first {w}', 'second']\",{'Ideation' if n % 2 else 'Supportive'}"
            for n, w in enumerate(letters)
        ],
    )
    return folder


def test_each_corpus_teaches_what_it_knows(corpora: Path) -> None:
    said: list[str] = []
    tasks = {task.name: task for task in _tasks.read(corpora, said.append)}
    assert list(tasks) == [
        *("goemotions28", "ekman7", "emtract7", "markers", "suicidality5", "affect"),
    ]
    assert "stressors" in said[0]
    assert "causes" in said[0]
    markers = tasks["markers"]
    known = np.isfinite(markers.targets)
    at = dict(zip(_tasks.MARKERS, range(4), strict=True))
    stressed = markers.sources == "dreaddit"
    assert known[stressed, at["stress"]].all()
    assert not known[stressed, at["depression"]].any()
    assert (markers.targets[markers.sources == "everyday"] == 0).all()
    users = markers.sources == "C-SSRS"
    assert markers.texts[np.flatnonzero(users)[0]] == "first a\n\nsecond"
    assert tasks["suicidality5"].targets.max() == 2


def test_no_training_text_is_held_out_anywhere(corpora: Path) -> None:
    tasks = _tasks.read(corpora)
    held = _split.held_out(
        {t.texts[row] for t in tasks for side in ("dev", "test") for row in t.rows(side)}
    )
    for task in tasks:
        texts = [task.texts[row] for row in task.rows("train")]
        assert texts
        assert not any(_split.leaks(texts, held)), task.name
    depression = next(t for t in tasks if t.name == "markers")
    assert [depression.sides[n] for n, text in enumerate(depression.texts) if text == SHARED] == [
        "test"
    ]


def test_segments_of_a_post_stay_together(corpora: Path) -> None:
    corpus = _corpora.dreaddit(corpora)
    sides = _split.draw(corpus.group, corpus.split)
    assert all(a == b for a, b in zip(sides[::2], sides[1::2], strict=True))


def test_a_corpus_of_another_shape_is_refused(corpora: Path) -> None:
    _csv(corpora / "emtract_stocktwits/train.csv.gz", "text,label", ["x,1"])
    with pytest.raises(InputError, match="no column body"):
        _tasks.read(corpora)
