"""The fault run: a fake Reddit on loopback, 5 % faults, killed with -9, against the server's truth.

    python benchmarks/crawl.py [--kills 20] [--rate 0.05] [--quick] [--fuzz 300]

Every crawl is the real command (`affect ingest reddit --comments`) driven by unmodified PRAW. The
faults are 429 with and without Retry-After, expired tokens, 500, 502, resets, bodies cut off, HTML
where JSON belongs, and connections that hang up; equally many of each. Bars: the table equals the
truth; requests at most 1.3 of those of a crawl without faults; a second crawl after 50 new posts
makes at most 3 listing requests. `--fuzz` crawls servers with spoiled answers instead: each ends,
with an exit code of the contract, and counts that add up.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.ingest.conftest import Desk, rules
from tests.unit.ingest.fakes.fuzz import crawl_spoiled
from tests.unit.ingest.fakes.kills import Crawled, Size, crawl, rows

if TYPE_CHECKING:
    from tests.unit.ingest.fakes.reddit import FakeReddit

FULL = {
    "posts and comments": Size(subs=8, posts=500, talked=150, comments=5),
    "listings alone": Size(subs=10, posts=1000, talked=0, comments=0),
}
QUICK = {
    "posts and comments": Size(subs=2, posts=250, talked=50, comments=5),
    "listings alone": Size(subs=2, posts=500, talked=0, comments=0),
}
MOST_REQUESTS = 1.3
MOST_LISTINGS = 3
NEW = 50


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--rate", type=float, default=0.05)
    options.add_argument("--quick", action="store_true", help="a tenth of the items")
    options.add_argument("--fuzz", type=int, default=0, metavar="N")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.fuzz:
            fuzz(given.fuzz, Path(folder))
            return
        for number, (name, size) in enumerate((QUICK if given.quick else FULL).items()):
            place = Path(folder) / str(number)
            place.mkdir()
            fault_run(name, size, place, rate=given.rate, kills=given.kills)


def fault_run(name: str, size: Size, place: Path, *, rate: float, kills: int) -> None:
    """Crawl the same fake Reddit without and with faults, then once more after new posts."""
    world = size.world()
    whole, broken = place / "whole.duckdb", place / "broken.duckdb"
    print(f"\n{name}: {len(world.things):,} items in {size.subs} subreddits")
    calm = crawl(size, world, whole, rate=0, kills=0)
    _told("without faults", calm)
    rough = crawl(size, world, broken, rate=rate, kills=kills)
    _told(f"{rate:.0%} faults", rough)
    _judged(world, broken)
    share = rough.requests / calm.requests
    _bar("requests, of those without faults", f"{share:.3f}", good=share <= MOST_REQUESTS)
    _again(size, world, broken)


def fuzz(many: int, place: Path) -> None:
    """Crawl `many` spoiled servers with each part; the first failure is raised."""
    os.environ |= {"AFFECT_REDDIT_CLIENT_ID": "id", "AFFECT_REDDIT_CLIENT_SECRET": "secret"}

    def use(url: str) -> None:
        os.environ |= {"AFFECT_REDDIT_URL": url, "AFFECT_ARCTIC_URL": url}

    for part in ("reddit", "arctic"):
        desk = Desk(place, place / f"{part}.duckdb")
        with desk.ctx().db.write():
            pass
        ended = sum(crawl_spoiled(desk, part, n, use=use, check=rules) for n in range(many))
        _bar(f"{many} spoiled servers, {part}", f"{ended} read to the end", good=True)


def _again(size: Size, world: FakeReddit, db: Path) -> None:
    world.clock.now = float(int(time.time()))
    for number in range(size.subs):
        world.fill(f"sub{number}", NEW, every=0.1)
    second = crawl(size, world, db, rate=0, kills=0)
    _told(f"again, {NEW} new posts in each", second)
    _judged(world, db)
    most = second.listings / size.subs
    _bar("listing requests of a subreddit", f"{most:.1f}", good=most <= MOST_LISTINGS)


def _judged(world: FakeReddit, db: Path) -> None:
    stored, truth = rows(db), world.truth()
    lost, alien = truth.keys() - stored.keys(), stored.keys() - truth.keys()
    wrong = sum(stored[name] != truth[name] for name in truth.keys() & stored.keys())
    found = f"{len(lost)} lost, {len(alien)} too many, 0 doubled, {wrong} different"
    _bar(f"{len(stored):,} rows against the truth", found, good=not (lost or alien or wrong))


def _told(what: str, crawled: Crawled) -> None:
    made = ", ".join(f"{kind} {count}" for kind, count in sorted(crawled.made.items()))
    print(
        f"  {what}: {crawled.requests:,} requests, {crawled.kills} kills, {crawled.seconds:.0f} s"
        + (f"; faults: {made}" if made else "")
    )


def _bar(what: str, value: str, *, good: bool) -> None:
    print(f"  {'ok ' if good else 'NOT'} {what}: {value}")


if __name__ == "__main__":
    main()
