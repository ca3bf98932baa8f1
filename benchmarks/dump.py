"""How fast `affect ingest dump` finds one subreddit in a month, beside the loop that all copy.

    python benchmarks/dump.py [--lines 2000000] [--window 27] [--loop-lines 200000] [--times 5]

Makes a month-shaped .zst (comments as Pushshift writes them, one sub of 1 %), then reads it in one
run: decompressed and nothing else, by our reader, by the command, which stores the rows in a new
database, and by the loop of python-zstandard's stream_reader, json.loads and a filter, as in the
scripts that go round. Rows must be identical. The first three are medians of `--times` rounds.
The bars: 6 times the loop's lines a second, 70 % of bare decompression, 500 MiB at most. The
loop may be run on the first `--loop-lines` only (0 is all). A zstd window is memory that any
reader needs: --window 31 is what whole Pushshift months ask for, 2 GiB.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import zstandard

from affectcli.ingest import _langid, _reddit
from affectcli.ingest import dump as command
from affectcli.ingest._dump import Dump, Wish
from affectcli.ingest._dump_bytes import opened
from affectcli.settings import Settings
from affectcli.store import Context, Database

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUB, SHARE = "CryptoCurrency", 0.01
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BATCH = 20_000
JUNK: dict[str, Any] = {
    "all_awardings": [],
    "archived": False,
    "associated_award": None,
    "author_flair_background_color": None,
    "author_flair_css_class": None,
    "author_flair_richtext": [],
    "author_flair_text": None,
    "author_flair_type": "text",
    "author_patreon_flair": False,
    "author_premium": False,
    "can_gild": True,
    "collapsed": False,
    "collapsed_reason": None,
    "comment_type": None,
    "controversiality": 0,
    "distinguished": None,
    "gilded": 0,
    "gildings": {},
    "is_submitter": False,
    "locked": False,
    "no_follow": True,
    "retrieved_on": 1_630_000_000,
    "score_hidden": False,
    "send_replies": True,
    "stickied": False,
    "subreddit_type": "public",
    "top_awarded_type": None,
    "total_awards_received": 0,
    "treatment_tags": [],
}


def texts(rng: random.Random) -> list[str]:
    """Return bodies of 3 to 80 invented words, some of them beyond ASCII."""
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(6_000)]
    words += ["naïve", "🚀", "größer", "日本", "don&#39;t", "&amp;", "crypto", '"quoted"']
    return [" ".join(rng.choices(words, k=rng.randint(3, 80))) for _ in range(30_000)]


def month(path: Path, lines: int, window: int) -> None:
    """Write a dump of comments."""
    rng = random.Random(7)  # noqa: S311  # invented words, no secrets
    bodies = texts(rng)
    subs = [f"sub{number}" for number in range(800)] + ["CryptoCurrencies", "cryptocurrencymemes"]
    options = {
        int(zstd.CompressionParameter.compression_level): 3,
        int(zstd.CompressionParameter.window_log): window,
    }
    with zstd.ZstdFile(path, "w", options=options) as file:
        for start in range(0, lines, 1_000):
            made = [_line(rng, n, subs, bodies) for n in range(start, min(start + 1_000, lines))]
            file.write(b"".join(made))


def _line(rng: random.Random, number: int, subs: list[str], bodies: list[str]) -> bytes:
    sub = SUB if rng.random() < SHARE else rng.choice(subs)
    link = "".join(rng.choices(DIGITS, k=6))
    thing = {
        "author": "".join(rng.choices(DIGITS, k=9)),
        "author_fullname": f"t2_{link}",
        "body": f"{rng.choice(bodies)} {rng.choice(bodies)[:40]}",
        "created_utc": 1_620_000_000 + number // 2,
        "edited": False,
        "id": f"g{number:07x}",
        "link_id": f"t3_{link}",
        "parent_id": f"t3_{link}",
        "permalink": f"/r/{sub}/comments/{link}/a_title/g{number:07x}/",
        "score": rng.randint(-5, 200),
        "subreddit": sub,
        "subreddit_id": "t5_2wlj3",
        "subreddit_name_prefixed": f"r/{sub}",
    }
    return orjson.dumps(thing | JUNK, option=orjson.OPT_SORT_KEYS) + b"\n"


def bare(path: Path) -> int:
    """Decompress, as fast as it goes, and throw away; return the bytes of text."""
    size = 0
    longest = {int(zstd.DecompressionParameter.window_log_max): 31}
    with path.open("rb") as raw, zstd.ZstdFile(raw, options=longest) as file:
        while piece := file.read(1 << 20):
            size += len(piece)
    return size


def ours(path: Path) -> list[tuple[Any, ...]]:
    """Return the rows that the product reads."""
    rows: list[tuple[Any, ...]] = []
    with opened(str(path)) as packed:
        for batch in Dump(packed, Wish(frozenset({SUB.lower()}))).batches(BATCH):
            rows += batch.frame.drop("_row").rows()
    return rows


def stored(path: Path) -> int:
    """Return how many posts the command stores in a new database."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings(db=place / "a.duckdb", key_file=place / "author.key")
        ctx = Context(Database(settings.db), settings, run_id="benchmark")
        return command.run(ctx, path=str(path), sub=(SUB,)).rows_out


def loop(path: Path, lines: int) -> Iterator[dict[str, Any]]:
    """Yield things as the scripts that go round do."""
    with path.open("rb") as raw:
        reader = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(raw)
        for number, line in enumerate(io.TextIOWrapper(reader, encoding="utf-8")):
            if number == lines:
                return
            thing = json.loads(line)
            if thing["subreddit"].lower() == SUB.lower():
                yield thing


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return a result, and the seconds of the clock and of the processor it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def medians(times: int, *works: Callable[[], Any]) -> list[tuple[Any, float, float]]:
    """Return what `timed` does for each work, in turn, `times` times: the medians of seconds."""
    rounds = [[timed(work) for work in works] for _ in range(times)]
    return [
        (each[0][0], *(statistics.median(run[part] for run in each) for part in (1, 2)))
        for each in zip(*rounds, strict=True)
    ]


def apart(work: Callable[[], Any]) -> int:
    """Return the peak memory, in MiB, of work in a process of its own."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    _, _, usage = os.wait4(child, 0)
    return usage.ru_maxrss // 1024


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--loop-lines", type=int, default=0)
    parser.add_argument("--window", type=int, default=27)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the dump here, or use the one there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.keep or Path(folder) / "RC_2021-05.zst"
        if not path.exists():
            month(path, args.lines, args.window)
        measure(path, args.lines, args.loop_lines or args.lines, times=args.times)


def measure(path: Path, lines: int, loop_lines: int, *, times: int) -> None:
    """Print what each way of reading takes."""
    memory = apart(lambda: stored(path))  # first: a child's peak begins at its parent's
    _langid.classify(["the language model is loaded once, before the clock runs"])
    (size, wall, cpu), (rows, mine, my_cpu), (_, all_in, all_cpu) = medians(
        times, lambda: bare(path), lambda: ours(path), lambda: stored(path)
    )
    things, theirs, their_cpu = timed(lambda: list(loop(path, loop_lines)))
    print(f"{lines:,} lines, {size / 1e9:.2f} GB of text in {path.stat().st_size / 1e6:,.0f} MB")
    for name, seconds, busy, count in (
        ("bare decompression", wall, cpu, lines),
        ("read", mine, my_cpu, lines),
        ("read and stored", all_in, all_cpu, lines),
        ("zstandard+json.loads", theirs, their_cpu, loop_lines),
    ):
        rate = count / seconds
        print(f"{name:20} {seconds:7.2f} s {busy:7.2f} CPU-s {rate:>11,.0f} of {count:,} lines/s")
    wanted = [row for row in map(_reddit.row, things) if not isinstance(row, str)]
    if rows[: len(wanted)] != [tuple(row) for row in wanted] or (
        loop_lines == lines and len(rows) != len(wanted)
    ):
        raise SystemExit("The rows differ.")
    print(f"rows identical: {len(wanted):,}")
    whole, whole_cpu = theirs * lines / loop_lines, their_cpu * lines / loop_lines
    for name, seconds, busy in (("read", mine, my_cpu), ("read and stored", all_in, all_cpu)):
        print(
            f"{name:16} {whole / seconds:5.1f} times the loop (bar 6), in CPU-s "
            f"{whole_cpu / busy:.1f}; {wall / seconds:.0%} of bare decompression (bar 70 %), in "
            f"CPU-s {cpu / busy:.0%}"
        )
    print(f"peak memory {memory} MiB (bar 500)")


if __name__ == "__main__":
    main()
