"""The sample data are what their README says: same bytes, whole threads, planted structure."""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectcli.parts import load

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "sample_data"
FILES = (
    "posts.csv.gz",
    "labels.csv.gz",
    "prices.csv",
    "events.csv",
    "series.csv",
    "truth.json",
)
TIDAL, HARBOR = "reddit/TidalCoin", "forum/harbor.example"
MAX_LAG = 14

Floats = NDArray[np.float64]
Rows = list[dict[str, str]]


def content(path: Path) -> bytes:
    """Return a file's bytes, unpacked: zlib's versions pack the same bytes differently."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def rows(name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(content(SAMPLE / name).decode())))


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_bytes())
    return loaded


@pytest.fixture(scope="module")
def posts() -> Rows:
    emotion = {row["id"]: row["emotion"] for row in rows("labels.csv.gz")}
    return [row | {"emotion": emotion[row["id"]]} for row in rows("posts.csv.gz")]


def share(posts: Rows, community: str, emotions: set[str], truth: dict[str, Any]) -> Floats:
    """Return the share of `emotions` per day among the posts that are not deleted."""
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for post in posts:
        if post["community"] == community and post["emotion"] != "deleted":
            total[post["created"][:10]] += 1
            hits[post["created"][:10]] += post["emotion"] in emotions
    start = date.fromisoformat(truth["start"])
    days = [str(start + timedelta(days=d)) for d in range(truth["days"])]
    return np.array([hits[day] / total[day] for day in days])


def returns(asset: str) -> Floats:
    """Return log returns per day; the first is close over open."""
    bars = [row for row in rows("prices.csv") if row["asset"] == asset]
    closes = [float(bars[0]["open"]), *(float(bar["close"]) for bar in bars)]
    return np.diff(np.log(closes))


def calls_beside_the_calendar() -> Floats:
    """Return the hotline's calls without their means by day of the week."""
    calls = np.array([float(row["calls"]) for row in rows("series.csv")])
    weekday = np.arange(len(calls)) % 7
    means: Floats = np.array([calls[weekday == d].mean() for d in range(7)])
    beside: Floats = calls - means[weekday]
    return beside


def lagged(x: Floats, y: Floats) -> Floats:
    """Return corr(x[t], y[t + k]) for k from -MAX_LAG to MAX_LAG."""
    n = len(x)
    pairs = [
        (x[: n - k], y[k:]) if k >= 0 else (x[-k:], y[: n + k])
        for k in range(-MAX_LAG, MAX_LAG + 1)
    ]
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in pairs])


def surrogate(y: Floats, rng: np.random.Generator) -> Floats:
    """Return `y` with its phases drawn anew: the same autocorrelation, no relation to anything."""
    spectrum = np.fft.rfft(y - y.mean())
    phases = np.exp(2j * np.pi * rng.random(len(spectrum)))
    return np.fft.irfft(np.abs(spectrum) * phases, n=len(y))


def p_value(x: Floats, y: Floats) -> float:
    """Return the p-value of the largest |r| over all lags against surrogates of `y`.

    Not circular shifts: with 29 lags in 180 days, they hold the largest of all possible lags
    out of their own null in one case of six.
    """
    rng = np.random.default_rng(0)
    nulls = np.array([np.abs(lagged(x, surrogate(y, rng))).max() for _ in range(199)])
    return float((1 + np.sum(nulls >= np.abs(lagged(x, y)).max())) / (1 + len(nulls)))


def test_the_generator_writes_the_committed_files(tmp_path: Path) -> None:
    command = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert content(tmp_path / name) == content(SAMPLE / name), name


def test_packed_files_carry_no_time_and_all_are_small() -> None:
    for name in FILES:
        raw = (SAMPLE / name).read_bytes()
        assert not name.endswith(".gz") or raw[4:8] == bytes(4), name
    assert sum((SAMPLE / name).stat().st_size for name in FILES) < 1_500_000


def test_every_day_has_ten_posts_of_ten_authors(posts: Rows, truth: dict[str, Any]) -> None:
    assert 5_700 <= len(posts) <= 6_300
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for post in posts:
        if post["emotion"] != "deleted":
            cells[post["community"], post["created"][:10]].append(post["author"])
    assert len(cells) == 2 * truth["days"]
    assert min(len(set(authors)) for authors in cells.values()) >= 10


def test_replies_answer_earlier_posts_of_their_community(posts: Rows) -> None:
    seen: dict[str, tuple[str, datetime]] = {}
    answered: Counter[str] = Counter()
    for post in posts:
        created = datetime.strptime(post["created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if post["parent"]:
            community, before = seen[post["parent"]]
            assert community == post["community"]
            assert before <= created
            assert post["title"] == ""
            answered[post["parent"]] += 1
        assert post["title"] or post["body"]
        assert post["id"] not in seen
        seen[post["id"]] = post["community"], created
    assert all(int(post["replies"]) == answered[post["id"]] for post in posts)


def test_texts_are_varied_and_some_are_odd(posts: Rows) -> None:
    texts: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        texts[post["emotion"]].append(f"{post['title']} {post['body']}".strip())
    assert len(set(texts["fear"])) > 0.9 * len(texts["fear"]) > 600
    assert min(len(texts[kind]) for kind in ("deleted", "short", "emoji_only", "foreign")) >= 20
    words = [len(text.split()) for group in texts.values() for text in group]
    assert 10 <= sum(n > 150 for n in words) <= 60
    assert 12 <= np.median(words) <= 25
    everything = " ".join(text for group in texts.values() for text in group)
    assert "$TIDE" in everything
    assert "$GRAIN" in everything
    assert "{" not in everything


def test_bars_are_consistent() -> None:
    bars = rows("prices.csv")
    assert {bar["asset"] for bar in bars} == {"TIDE-USD", "GRAIN-USD"}
    for bar in bars:
        low, high = float(bar["low"]), float(bar["high"])
        inner = [float(bar["open"]), float(bar["close"])]
        assert 0 < low <= min(inner) <= max(inner) <= high
        assert int(bar["volume"]) > 0


def test_the_planted_lead_is_there(posts: Rows, truth: dict[str, Any]) -> None:
    fear, tide = share(posts, TIDAL, {"fear"}, truth), returns("TIDE-USD")
    r = lagged(fear, tide)
    assert np.abs(r).argmax() - MAX_LAG == truth["lead"]["lag_days"] == 2
    assert -0.65 < r[MAX_LAG + 2] < -0.4
    assert p_value(fear, tide) < 0.01


def test_the_lead_is_there_outside_the_episode(posts: Rows, truth: dict[str, Any]) -> None:
    fear, tide = share(posts, TIDAL, {"fear"}, truth), returns("TIDE-USD")
    r = np.corrcoef(np.r_[fear[:95], fear[115:-2]], np.r_[tide[2:97], tide[117:]])[0, 1]
    assert r < -0.3


@pytest.mark.parametrize(
    ("community", "other"),
    [(TIDAL, "GRAIN-USD"), (TIDAL, "calls"), (HARBOR, "TIDE-USD"), (HARBOR, "GRAIN-USD")],
)
def test_what_is_unrelated_looks_unrelated(
    posts: Rows, truth: dict[str, Any], community: str, other: str
) -> None:
    y = calls_beside_the_calendar() if other == "calls" else returns(other)
    assert p_value(share(posts, community, {"fear"}, truth), y) > 0.1


def test_the_episode_starts_with_its_event(posts: Rows, truth: dict[str, Any]) -> None:
    episode = truth["episode"]
    event = next(row for row in rows("events.csv") if row["name"] == episode["event"])
    assert event["ts"].startswith(episode["start"])
    first, last = (
        (date.fromisoformat(episode[key]) - date.fromisoformat(truth["start"])).days
        for key in ("start", "end")
    )
    fear = share(posts, TIDAL, {"fear"}, truth)
    inside = fear[first : last + 1]
    outside = np.delete(fear, np.arange(first, last + 1))
    assert inside.mean() - outside.mean() > 0.3
    assert abs(share(posts, HARBOR, {"fear"}, truth)[first : last + 1].mean() - 0.05) < 0.05


def test_the_episode_speaks_of_the_exploit(posts: Rows, truth: dict[str, Any]) -> None:
    episode = truth["episode"]
    named = Counter(
        episode["start"] <= post["created"][:10] <= episode["end"]
        for post in posts
        if any(word in post["body"].lower() for word in episode["words"])
    )
    assert named[True] > 80
    assert named[False] == 0


def test_weekends_are_quieter_and_happier(posts: Rows, truth: dict[str, Any]) -> None:
    weekday = np.array(
        [
            (date.fromisoformat(truth["start"]) + timedelta(days=d)).weekday()
            for d in range(truth["days"])
        ]
    )
    for community in (TIDAL, HARBOR):
        glad = share(posts, community, set(truth["weekly"]["emotions"]), truth)
        assert glad[weekday >= 5].mean() > 1.4 * glad[weekday < 5].mean()
        days = Counter(
            date.fromisoformat(post["created"][:10]).weekday() >= 5
            for post in posts
            if post["community"] == community
        )
        assert days[True] / 2 < 0.95 * days[False] / 5


def test_the_shipped_tagger_reads_the_fear(posts: Rows) -> None:
    tagger = load("tag", "mini").load(device="cpu")
    chosen = [post for post in posts if post["emotion"] == "fear"][::25]
    chosen += [post for post in posts if post["emotion"] != "fear"][::80]
    names = [label.name for label in tagger.labels]
    fear = names.index("fear")
    scores = tagger.score([f"{post['title']}\n{post['body']}".strip() for post in chosen])
    hit = scores[:, fear] >= tagger.labels[fear].threshold
    planted = np.array([post["emotion"] == "fear" for post in chosen])
    assert hit[planted].mean() >= 0.9
    assert hit[~planted].mean() <= 0.03
