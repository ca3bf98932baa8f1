"""A nightly run over many new posts, by step, while other processes query the same database.

    python benchmarks/nightly.py                             # 100,000 posts, 10 communities
    python benchmarks/nightly.py --posts 3000 --queries 20 --without forecast

Posts are the texts of sample_data/ in ever new words, spread over the communities and days; prices
are a random walk. Prints seconds by step, what all but tagging took, and the queries' times.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
END = datetime(2026, 1, 1, tzinfo=UTC)
NEW_WORDS = 4
QUERY = "select community, count(*) from post group by community"


def write_posts(path: Path, count: int, communities: int, days: int) -> list[str]:
    """Write `count` distinct posts and return the names of their communities."""
    draw = random.Random(7)  # noqa: S311  # a seeded benchmark
    with gzip.open(ROOT / "sample_data" / "posts.csv.gz", "rt", encoding="utf-8") as file:
        texts = [f"{row['title']} {row['body']}".strip() for row in csv.DictReader(file)]
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    names = [f"reddit/Place{number}" for number in range(communities)]
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        rows = csv.writer(file)
        rows.writerow(["id", "community", "author", "created", "body"])
        for number in range(count):
            moment = END - timedelta(days=draw.random() * days)
            text = " ".join([draw.choice(texts), *draw.choices(words, k=NEW_WORDS)])
            author = f"a{draw.randrange(max(count // 20, 40))}"
            rows.writerow([number, draw.choice(names), author, moment.isoformat(), text])
    return names


def write_prices(path: Path, days: int) -> None:
    """Write daily bars of ACME-USD, a random walk."""
    draw = random.Random(8)  # noqa: S311  # a seeded benchmark
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["date", "open", "high", "low", "close", "volume"])
        price = 100.0
        for ago in range(days, 0, -1):
            last, price = price, price * (1 + draw.gauss(0, 0.02))
            day = (END - timedelta(days=ago)).date()
            rows.writerow([day, last, max(last, price), min(last, price), price, 1000])


def pipeline(folder: Path, without: list[str]) -> Path:
    """Return the shipped nightly pipeline, or a copy of it that lacks some steps."""
    shipped = ROOT / "pipelines" / "nightly.toml"
    if not without:
        return shipped
    head, *steps = shipped.read_text(encoding="utf-8").split("[[step]]")
    left = [step for step in steps if not any(f'do = "{name}"' in step for name in without)]
    copy = folder / "nightly.toml"
    copy.write_text("[[step]]".join([head, *left]), encoding="utf-8")
    return copy


class Readers:
    """Processes that query the database again and again until a number of calls is made."""

    def __init__(self, db: Path, calls: int, readers: int = 2) -> None:
        self.db, self.seconds, self.failures = db, list[float](), list[str]()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(calls // readers,)) for _ in range(readers)
        ]

    def start(self) -> None:
        """Begin to ask once there is a database."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait for the calls that are under way."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, calls: int) -> None:
        while not self.db.exists() and not self._over.is_set():
            time.sleep(0.1)
        for _ in range(calls):
            if self._over.is_set():
                return
            began = time.monotonic()
            done = affect("query", QUERY, "--db", str(self.db), "--json")
            self.seconds.append(time.monotonic() - began)
            if done.returncode:
                self.failures.append(done.stderr.strip())


def affect(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "affectcli", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def main() -> None:
    """Run the benchmark and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--communities", type=int, default=10)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--without", nargs="*", default=[], help="commands of steps to leave out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["AFFECT_KEY_FILE"] = str(folder / "author.key")
        names = write_posts(folder / "posts.csv.gz", asked.posts, asked.communities, asked.days)
        write_prices(folder / "prices.csv", asked.days)
        db = folder / "affect.duckdb"
        readers = Readers(db, asked.queries)
        readers.start()
        began = time.monotonic()
        values = {"posts": folder / "posts.csv.gz", "prices": folder / "prices.csv"}
        chosen = {**values, "community": ",".join(names), "asset": "ACME-USD", "out": folder}
        sets = [word for key, value in chosen.items() for word in ("--set", f"{key}={value}")]
        path = pipeline(folder, asked.without)
        done = affect("run", str(path), *sets, "--db", str(db), "--json")
        whole = time.monotonic() - began
        readers.stop()
        rows = json.loads(done.stdout)["data"] if done.stdout else []
        report(rows, whole, readers)
        print(f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1]}")


def report(rows: list[dict[str, object]], whole: float, readers: Readers) -> None:
    """Print seconds by family of steps, and the queries."""
    families: dict[str, list[float]] = {}
    for row in rows:
        family = str(row["id"]).partition(" [")[0]
        families.setdefault(family, []).append(float(str(row["seconds"])))
    for family, seconds in families.items():
        print(f"{family:22} {len(seconds):3} x {sum(seconds):8.1f} s")
    tag = sum(families.get("tag", []))
    print(f"{'in all':22}       {whole:8.1f} s, of which tagging {tag:.1f} s, the rest", end=" ")
    print(f"{whole - tag:.1f} s")
    for row in rows:
        if row["status"] not in {"done", "unchanged"}:
            print(f"{row['id']}: {row['status']}: {row['message']}")
    if readers.seconds:
        slowest, calls = max(readers.seconds), len(readers.seconds)
        failed = len(readers.failures)
        print(f"{calls} queries beside it: {failed} failed, slowest {slowest:.2f} s")
        print("\n".join(readers.failures[:3]), end="")


if __name__ == "__main__":
    main()
