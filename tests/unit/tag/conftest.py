"""A tiny GoEmotions-shaped data folder, and where the real one is."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

NAMES = ("joy", "fear", "anger", "neutral")
WORDS = {
    "joy": "what a wonderful happy day",
    "fear": "this is terrifying and I am scared",
    "anger": "I hate this stupid broken thing",
    "neutral": "the bus leaves at noon",
}


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 60 texts in three splits; every second one carries two labels."""
    folder = tmp_path_factory.mktemp("goemotions")
    (folder / "labels.txt").write_text("\n".join(NAMES), encoding="utf-8")
    rows = []
    for number in range(60):
        first, second = NAMES[number % 4], NAMES[(number // 4) % 4]
        chosen = {first, second} if number % 2 else {first}
        # Letters, because texts that differ in a number only count as copies.
        mark = f"{chr(97 + number % 26)}{chr(97 + number // 26)}"
        text = " and ".join(WORDS[name] for name in sorted(chosen)) + f" {mark}"
        numbers = ",".join(str(NAMES.index(name)) for name in sorted(chosen))
        rows.append(f"{text}\t{numbers}\tid{number}")
    rows[59] = rows[0]
    for name, part in (("train", rows[:40]), ("dev", rows[40:50]), ("test", rows[50:])):
        content = ("\n".join(part) + "\n").encode()
        (folder / f"{name}.tsv.gz").write_bytes(gzip.compress(content))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the research data folder, or skip."""
    folder = os.environ.get("AFFECT_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("AFFECT_DATA names no folder")
    return Path(folder)
