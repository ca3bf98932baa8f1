"""Spoiled answers: no traceback, no hang, exit codes of the contract, counts that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.ingest.fakes.crawl import use
from tests.unit.ingest.fakes.fuzz import crawl_spoiled

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk, Refused

MANY = 6  # of each; benchmarks/crawl.py --fuzz 300 runs more


@pytest.mark.parametrize("part", ["reddit", "arctic"])
def test_spoiled_answers(
    desk: Desk, refused: Refused, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def through(url: str) -> None:
        use(monkeypatch, url)

    for seed in range(MANY):
        crawl_spoiled(desk, part, seed, use=through, check=refused)
