"""The parser of RECCON: what becomes a pair, stray labels, damaged files."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import InputError
from affectcli.tag import _reccon

if TYPE_CHECKING:
    from pathlib import Path


def turn(
    number: int,
    text: str,
    emotion: str = "neutral",
    *,
    evidence: list[int | str] | None = None,
    spans: list[str] | None = None,
) -> dict[str, Any]:
    speaker = "A" if number % 2 else "B"
    row: dict[str, Any] = {"turn": number, "speaker": speaker, "utterance": text}
    row["emotion"] = emotion
    if evidence:
        row |= {"expanded emotion cause evidence": evidence, "expanded emotion cause span": spans}
    return row


TURNS = [
    turn(1, "I won the cup ."),
    turn(2, "Great for you !", "happines", evidence=[1, 1, "b"], spans=["I won", "the cup", "x"]),
    turn(3, "I am so happy .", "excited", evidence=[1, 3, 4], spans=["won the cup ", "so", "Me"]),
    turn(4, "Me too .", "happiness"),
    turn(5, "Why ?", "neutral", evidence=[4], spans=["Me too"]),
]


def write(folder: Path, turns: list[dict[str, Any]]) -> Path:
    for split in _reccon.SPLITS:
        content = json.dumps({"tr_1": [turns]}).encode()
        (folder / f"dailydialog_{split}.json.gz").write_bytes(gzip.compress(content))
    return folder


def test_pairs_are_the_target_and_all_turns_before_it(tmp_path: Path) -> None:
    pairs = _reccon.read(write(tmp_path, TURNS), "train")
    assert [(p.target, p.distance, p.same_author, p.spans) for p in pairs] == [
        ("Great for you !", 1, False, ("I won", "the cup")),
        ("Great for you !", 0, True, ()),
        ("I am so happy .", 2, True, ("won the cup",)),
        ("I am so happy .", 1, False, ()),
        ("I am so happy .", 0, True, ("so",)),
    ]


def test_stray_emotions_are_mapped_and_causes_outside_make_no_pair(tmp_path: Path) -> None:
    pairs = _reccon.read(write(tmp_path, TURNS), "valid")
    assert {p.emotion for p in pairs} == {"happiness"}
    assert all(span in p.evidence for p in pairs for span in p.spans)
    assert "Me too ." not in {p.evidence for p in pairs}


def test_the_folder_may_hold_the_corpus_folder(tmp_path: Path) -> None:
    (tmp_path / "reccon_dailydialog").mkdir()
    write(tmp_path / "reccon_dailydialog", TURNS)
    assert len(_reccon.read(tmp_path, "train")) == 5
    assert len(_reccon.fingerprint(tmp_path)) == 64


@pytest.mark.parametrize("content", [b"", b"not gzip", gzip.compress(b"[1]"), gzip.compress(b"{")])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, TURNS)
    (tmp_path / "dailydialog_train.json.gz").write_bytes(content)
    with pytest.raises(InputError, match="RECCON"):
        _reccon.read(tmp_path, "train")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"dailydialog_valid\.json\.gz"):
        _reccon.read(tmp_path, "train")


@pytest.mark.realdata
def test_counts_are_the_published_ones(real_data: Path) -> None:
    pairs = _reccon.read(real_data, "train")
    assert sum(len(p.spans) for p in pairs) == 7269
    assert sum(not p.spans for p in pairs) == 20646
