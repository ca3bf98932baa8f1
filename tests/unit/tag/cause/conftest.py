"""A cause head trained in seconds on dialogues whose causes are planted."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.tag import _card, _cause_file, _cause_train

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = (
    *("my dog died", "my car broke", "my house burned", "my team lost", "my bag is gone"),
    *("my flight left", "my phone fell", "my friend moved"),
)
IDLE = ("Hello everyone .", "the bus leaves at noon", "thank you . the weather is fine")


def turn(number: int, text: str, *causes: tuple[int, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"turn": number, "speaker": "AB"[number % 2], "utterance": text}
    row["emotion"] = "sadness" if causes else "neutral"
    if causes:
        row["expanded emotion cause evidence"] = [evidence for evidence, _ in causes]
        row["expanded emotion cause span"] = [span for _, span in causes]
    return row


def dialogues(start: int, stop: int) -> dict[str, Any]:
    """Return dialogues in which news are sad, or somebody tells his own."""
    made = {}
    for number in range(start, stop):
        event, idle = EVENTS[number % len(EVENTS)], IDLE[number % len(IDLE)]
        reply = turn(2, "oh no that is so sad", (1, event))
        own = turn(4, f"I am so sad because {event}", (4, event))
        made[f"d{number}"] = [[turn(1, f"{IDLE[0]} {event}"), reply, turn(3, idle), own]]
        # The same words with no news before them have their cause outside: "b".
        lost = turn(2, "oh no that is so sad") | {"emotion": "sadness"}
        lost |= {"expanded emotion cause evidence": ["b"], "expanded emotion cause span": ["x"]}
        bare = turn(3, idle) | {k: v for k, v in lost.items() if "cause" in k or k == "emotion"}
        made[f"e{number}"] = [[turn(1, idle), lost, bare]]
    return made


@pytest.fixture(scope="session")
def tiny_reccon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 32 dialogues to train on and 8 to judge on."""
    folder = tmp_path_factory.mktemp("reccon")
    for split, made in (("train", dialogues(0, 16)), ("valid", dialogues(16, 20))):
        content = gzip.compress(json.dumps(made).encode())
        (folder / f"dailydialog_{split}.json.gz").write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def tiny_cause(tiny_reccon: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a cause head for the shipped adapter; return the folder with both and card.json."""
    folder = tmp_path_factory.mktemp("cause")
    adapter = folder / _cause_file.ADAPTER
    adapter.write_bytes((_card.WEIGHTS / _cause_file.ADAPTER).read_bytes())
    card = _cause_train.train(
        data=tiny_reccon,
        out=folder,
        adapter=adapter,
        recipe=_cause_train.Recipe(epochs=16, batch=8, dropout=0.0),
        progress=lambda _: None,
    )
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder
