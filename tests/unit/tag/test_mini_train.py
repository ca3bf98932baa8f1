"""Training at toy size: resumable, repeatable, and its output loads, describes and evaluates."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from affectcli.errors import InputError, ModelError
from affectcli.tag import _card, _evaluate, _goemotions, _train, mini

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADS = ("goemotions28", "affect")
FILES = (_card.ADAPTER, *(f"{head}.safetensors" for head in HEADS), _card.CARD, _card.PAGE)


class _KilledError(Exception):
    pass


def _kill_after_first_epoch(line: str) -> None:
    if "1/2 saved" in line:
        raise _KilledError


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """At this size, two threads on a busy machine mostly wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def straight(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("straight")
    _train.train(data=tiny_data, out=out, epochs=2, progress=lambda _: None)
    return out


@pytest.fixture
def copy(straight: Path, tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(straight / name, tmp_path / name)
    return tmp_path


def _edit(folder: Path, **changes: Any) -> None:  # noqa: ANN401 -- any value of a JSON file
    card = json.loads((folder / _card.CARD).read_text())
    (folder / _card.CARD).write_text(json.dumps({**card, **changes}))


def test_a_killed_run_continues_to_the_same_weights(
    tiny_data: Path, straight: Path, tmp_path: Path
) -> None:
    with pytest.raises(_KilledError):
        _train.train(data=tiny_data, out=tmp_path, epochs=2, progress=_kill_after_first_epoch)
    assert not (tmp_path / _card.CARD).exists()
    said: list[str] = []
    _train.train(data=tiny_data, out=tmp_path, epochs=2, progress=said.append)
    assert "continuing after epoch 1/2" in said
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (straight / name).read_bytes(), name
    assert not list(tmp_path.glob("*.part"))


def test_a_checkpoint_of_another_run_is_not_continued(
    tiny_data: Path, straight: Path, tmp_path: Path
) -> None:
    shutil.copy(straight / _train.CHECKPOINT, tmp_path / _train.CHECKPOINT)
    said: list[str] = []
    _train.train(data=tiny_data, out=tmp_path, seed=1, epochs=1, progress=said.append)
    assert "not learnt" in said[0]
    assert said[1].startswith("epoch 1/1, step 1/1")
    different = [(tmp_path / n).read_bytes() != (straight / n).read_bytes() for n in FILES]
    assert all(different)


def test_the_second_stage_continues_too(tiny_data: Path, straight: Path, tmp_path: Path) -> None:
    def kill_in_the_middle(line: str) -> None:
        if line.startswith("scales") and (tmp_path / _train.JOINT).exists():
            raise _KilledError

    with pytest.raises(_KilledError):
        _train.train(data=tiny_data, out=tmp_path, epochs=2, progress=kill_in_the_middle)
    said: list[str] = []
    _train.train(data=tiny_data, out=tmp_path, epochs=2, progress=said.append)
    assert any(line == "continuing after epoch 1/3" for line in said)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (straight / name).read_bytes(), name


def test_the_card_counts_what_the_shipped_weights_decide(tiny_data: Path, straight: Path) -> None:
    tagger, dev = mini.load(str(straight), device="cpu"), _goemotions.read(tiny_data, "dev")
    labels = mini.describe(str(straight)).schemes[0].labels
    limits = np.array([label.threshold for label in labels], np.float32)
    said = tagger.score(dev.texts)[:, : len(labels)] >= limits
    for number, label in enumerate(labels):
        true = dev.targets[:, number]
        assert label.tp == (said[:, number] & true).sum()
        assert label.fn == (~said[:, number] & true).sum()
        assert label.fp == (said[:, number] & ~true).sum()
        assert label.tn == (~said[:, number] & ~true).sum()
        assert label.weak
    card = _card.read(straight)
    assert list(card["heads"]) == list(HEADS)
    assert card["heads"]["goemotions28"]["metrics"][0]["texts"] == 10
    revision = _card.revision(card, "goemotions28")
    assert revision in (straight / _card.PAGE).read_text(encoding="utf-8")


def test_describing_needs_no_torch(straight: Path) -> None:
    code = (
        "import sys; from affectcli.tag import mini\n"
        f"print(mini.describe({str(straight)!r}).schemes[0].revision)\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == _card.revision(_card.read(straight), "goemotions28")


def test_the_revision_follows_thresholds_and_weights(copy: Path) -> None:
    before = [scheme.revision for scheme in _card.describe(copy).schemes]
    heads = _card.read(copy)["heads"]
    heads["goemotions28"]["labels"][0]["threshold"] += 0.1
    _edit(copy, heads=heads)
    after = [scheme.revision for scheme in _card.describe(copy).schemes]
    assert [a != b for a, b in zip(after, before, strict=True)] == [
        name == "goemotions28" for name in (s.name for s in _card.describe(copy).schemes)
    ]


def test_evaluate_gives_measures_and_labels(tiny_data: Path, straight: Path) -> None:
    rows = _evaluate.evaluate(data=tiny_data, weights=straight)
    first = rows[0]
    assert (first["row"], first["head"], first["measure"]) == (
        "measure",
        "goemotions28",
        "macro-F1",
    )
    assert first["low"] <= first["value"] <= first["high"]
    assert first["baseline_value"] > 0.7
    assert first["published_value"] == 0.46
    labels = [r for r in rows if r["row"] == "label"]
    assert [r["label"] for r in labels] == ["joy", "fear", "anger", "neutral"]
    json.dumps(rows)
    card = _card.read(straight)
    assert card["heads"]["goemotions28"]["metrics"][0]["value"] == first["value"]


@pytest.mark.parametrize("name", [_card.ADAPTER, "goemotions28.safetensors", _card.CARD])
@pytest.mark.parametrize("harm", ["missing", "truncated", "altered"])
def test_damaged_weights_are_refused(copy: Path, name: str, harm: str) -> None:
    path = copy / name
    content = path.read_bytes()
    if harm == "missing":
        path.unlink()
    elif harm == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(b"\x00" + content[1:])
    with pytest.raises(ModelError):
        mini.load(str(copy))


def test_weights_for_another_encoder_or_format_are_refused(copy: Path) -> None:
    _edit(copy, encoder={"sha256": "0" * 64})
    with pytest.raises(ModelError, match="another encoder"):
        mini.load(str(copy))
    _edit(copy, format=99)
    with pytest.raises(ModelError, match="format 99"):
        mini.load(str(copy))


def test_a_missing_data_folder_names_the_files_and_their_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.tsv\.gz.*google-research"):
        _train.train(data=tmp_path / "nowhere", out=tmp_path, progress=lambda _: None)


@pytest.mark.parametrize("content", [b"not gzip", b""])
def test_a_damaged_split_is_refused(tiny_data: Path, tmp_path: Path, content: bytes) -> None:
    shutil.copytree(tiny_data, tmp_path / "data")
    (tmp_path / "data" / "dev.tsv.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"dev\.tsv\.gz"):
        _goemotions.read(tmp_path / "data", "dev")
