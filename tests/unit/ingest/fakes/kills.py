"""Crawls with the real command, killed with -9 as often as asked, each time in mid-crawl."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from affectcli.store import Database
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import Clock, Faults, Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ingest.fakes.crawl import Row

TICK = 0.005  # seconds between two looks at how far a crawl is


@dataclass(frozen=True)
class Size:
    """How much a fake Reddit has; comments are below the newest posts of each subreddit."""

    subs: int
    posts: int
    talked: int
    comments: int

    @property
    def items(self) -> int:
        return self.subs * (self.posts + self.talked * self.comments)

    def world(self) -> FakeReddit:
        world = FakeReddit(Clock(float(int(time.time()))))
        for number in range(self.subs):
            world.fill(f"sub{number}", self.posts, until=60)
            for post in world.sub(f"sub{number}").posts[: self.talked]:
                world.chat(post, self.comments)
        return world


@dataclass(frozen=True)
class Crawled:
    """What a crawl took."""

    requests: int
    kills: int
    seconds: float
    made: dict[str, int]
    listings: int


def crawl(size: Size, world: FakeReddit, db: Path, *, rate: float, kills: int) -> Crawled:
    """Crawl all of `world` into `db`; kills come after equally many requests each."""
    faults = Faults(rate, seed=11, wait="0", slow=0.3)
    started, done, step = time.monotonic(), 0, 0
    with Server(world, faults) as server:
        while True:
            process = _start(db, server.url, size.subs)
            step = len(server.seen) + _share(size, kills)
            while process.poll() is None and (done == kills or len(server.seen) < step):
                time.sleep(TICK)
            if process.poll() is None:
                process.kill()
                done += 1
            _, errors = process.communicate()
            if process.returncode == 0:
                break
            if process.returncode != -9:
                raise RuntimeError(errors.decode())
        seen, listings = len(server.seen), len(server.paths("/r/"))
    return Crawled(seen, done, time.monotonic() - started, dict(faults.made), listings)


def rows(db: Path) -> dict[str, Row]:
    """Return what is stored, as `FakeReddit.truth` gives it; raises where an id is there twice."""
    with Database(db).read() as con:
        found = con.raw.execute(
            "select post_id, kind, title, body, score, status from post"
        ).fetchall()
    stored: dict[str, Row] = {row[0]: row[1:] for row in found}
    if len(stored) != len(found):
        raise ValueError("a post is stored twice")
    return stored


def _share(size: Size, kills: int) -> int:
    """Return after how many requests of a start the kill comes: before the crawl can be done."""
    listed = size.subs * (size.posts // 100 + size.talked)
    return max(3, listed // (kills + 1)) if kills else 0


def _start(db: Path, url: str, subs: int) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "AFFECT_REDDIT_URL": url,
        "AFFECT_REDDIT_CLIENT_ID": "id",
        "AFFECT_REDDIT_CLIENT_SECRET": "secret",
        "AFFECT_KEY_FILE": str(db.parent / "author.key"),
    }
    named = [word for number in range(subs) for word in ("--sub", f"sub{number}")]
    command = ["ingest", "reddit", *named, "--comments", "--db", str(db), "--quiet"]
    return subprocess.Popen(
        [sys.executable, "-m", "affectcli", *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
