"""kill -9 in mid-crawl, with faults besides: the table equals the server's truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.ingest.fakes.crawl import Crawler, use
from tests.unit.ingest.fakes.kills import Size, crawl, rows
from tests.unit.ingest.fakes.web import Server

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.unit.ingest.conftest import Desk

SIZE = Size(subs=2, posts=240, talked=40, comments=7)


def test_killed_three_times_with_faults(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, db = SIZE.world(), tmp_path / "broken.duckdb"
    with Server(world) as server:
        use(monkeypatch, server.url)
        Crawler(desk, server, world.clock).reddit("sub0", "sub1", comments=True)
        whole = len(server.seen)
    broken = crawl(SIZE, world, db, rate=0.05, kills=3)
    assert broken.kills == 3
    assert sum(broken.made.values()) > 0
    assert rows(db) == world.truth()
    assert broken.requests <= 1.3 * whole
