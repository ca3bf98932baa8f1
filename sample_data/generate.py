"""Write the invented communities of `sample_data/`: posts, prices, events, a series, the truth.

`python sample_data/generate.py [--out DIR]`. Nothing here was ever posted or traded. The seed is
fixed, so the same files come out every time; README.md says what is planted and what is not.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

HERE = Path(__file__).parent
SEED = 20240418
START = date(2024, 1, 1)
DAYS = 180
EPISODE = slice(99, 110)  # 2024-04-09 to 2024-04-19, both included
EPISODE_SHARE = 0.6
LEAD = 2
"""Days by which fear leads the returns of TIDE-USD."""
BETA, SIGMA = 0.0215, 0.027
"""Return per standard deviation of fear, and the part of the return that fear does not move."""
WEEKEND_FACTOR = 2.2
"""Joy and gratitude are this much more common on Saturday and Sunday."""
FEAR_MEAN, FEAR_SPREAD, FEAR_PHI = 0.24, 0.8, 0.35
"""Fear's usual share, and its first-order autoregression on the logit scale."""
HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 8, 7, 6, 6, 6, 7, 8, 9, 9, 8, 6, 4], float)
SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Post:
    """One row of posts.csv.gz, and the emotion that its text was written to carry."""

    id: str
    community: str
    author: str
    created: datetime
    title: str
    body: str
    emotion: str
    parent: str = ""
    score: int = 1
    replies: int = 0


class Writer:
    """Fills templates with words, from one community's section of templates.toml."""

    def __init__(self, words: dict[str, Any], section: str, rng: np.random.Generator) -> None:
        """Keep the words; `rng` makes every choice."""
        self.rng = rng
        self.words = words
        self.own = words[section]

    def pick(self, options: Sequence[str]) -> str:
        """Return one of `options`, each equally likely."""
        return options[int(self.rng.integers(len(options)))]

    def fill(self, template: str, *, episode: bool = False) -> str:
        """Return `template` with every slot filled, mostly from NAME_episode in the episode."""

        def word(match: re.Match[str]) -> str:
            slot, pools = match[1].lower(), self.words["slots"] | self.own["slots"]
            if episode and f"{slot}_episode" in pools and self.rng.random() < 0.8:
                slot += "_episode"
            text = self.fill(self.pick(pools[slot]))
            return text[:1].upper() + text[1:] if match[1][0].isupper() else text

        return SLOT.sub(word, template)

    def cores(self, emotion: str, count: int, *, episode: bool) -> list[str]:
        """Return up to `count` different sentences or pairs of them that carry `emotion`."""
        options = self.words["core"][emotion] + self.own["core"].get(emotion, [])
        chosen = self.rng.choice(len(options), size=min(count, len(options)), replace=False)
        return [self.fill(options[i], episode=episode) for i in chosen]

    def aside(self) -> str:
        """Return one sentence that carries no emotion."""
        return self.fill(self.pick(self.own["context"]))

    def body(self, emotion: str, *, episode: bool) -> str:
        """Return the text of one post: a core sentence, often an aside, seldom many."""
        kind = self.rng.random()
        sentences = self.cores(emotion, 8 if kind > 0.993 else 1 + (kind > 0.88), episode=episode)
        if kind > 0.993:
            sentences = [text for core in sentences for text in (core, self.aside(), self.aside())]
        elif kind > 0.55:
            sentences.insert(int(self.rng.integers(2)), self.aside())
        return self.scuff(" ".join(sentences), emotion)

    def scuff(self, text: str, emotion: str) -> str:
        """Return `text` as people type it: lower case, lost apostrophes, a typo, an emoji."""
        chance = self.rng.random(4)
        if chance[0] < 0.15:
            text = text.lower()
        if chance[1] < 0.10:
            text = text.replace("'", "")
        if chance[2] < 0.05:
            text = self.typo(text)
        emoji = self.words["emoji"].get(emotion)
        return f"{text} {self.pick(emoji)}" if emoji and chance[3] < 0.14 else text

    def typo(self, text: str) -> str:
        """Return `text` with two neighbouring letters swapped somewhere."""
        at = int(self.rng.integers(1, max(2, len(text) - 2)))
        pair = text[at : at + 2]
        return text[:at] + pair[::-1] + text[at + 2 :] if pair.isalpha() else text

    def odd(self) -> tuple[str, str]:
        """Return a text outside the mix, as (emotion, body): stock phrase, emoji, other tongue."""
        kind = self.pick(["short", "short", "short", "emoji_only", "foreign"])
        return kind, self.pick(self.own[kind])


@dataclass
class Community:
    """One community of templates.toml with its authors and what it has posted so far."""

    writer: Writer
    fear: NDArray[np.float64]
    rng: np.random.Generator
    """Another than the writer's: other templates leave days, authors and emotions as they are."""
    posts: list[Post] = field(default_factory=list)
    recent: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Name the authors; the n-th is active in proportion to n ** -0.7 (a heavy tail)."""
        self.spec = self.writer.own
        count = self.spec["authors"]
        numbers = self.rng.choice(9000, size=count, replace=False) + 1000
        self.authors = [f"{self.spec['prefix']}_person{n}" for n in numbers]
        weight = np.arange(1, count + 1) ** -0.7
        self.activity = weight / weight.sum()

    def shares(self, day: int) -> tuple[list[str], NDArray[np.float64]]:
        """Return the emotions and their shares on `day`; what is not fear divides the rest."""
        others = dict(self.spec["others"])
        if (START + timedelta(days=day)).weekday() >= 5:
            others["joy"] *= WEEKEND_FACTOR
            others["gratitude"] *= WEEKEND_FACTOR
        rest = np.array(list(others.values()), float)
        fear = float(self.fear[day])
        if not fear:
            return list(others), rest / rest.sum()
        return ["fear", *others], np.concatenate([[fear], (1 - fear) * rest / rest.sum()])

    def write_day(self, day: int) -> None:
        """Append the posts of one day, in the order of their times."""
        today = START + timedelta(days=day)
        usual = self.spec["weekend_posts" if today.weekday() >= 5 else "weekday_posts"]
        count = round(usual * float(np.exp(0.06 * self.rng.standard_normal())))
        names, probability = self.shares(day)
        hours = self.rng.choice(24, size=count, p=HOURS / HOURS.sum())
        seconds = np.sort(hours * 3600 + self.rng.integers(3600, size=count))
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
        self.recent = [p for p in self.recent if midnight - p.created < timedelta(days=3)]
        for author, second in zip(self.cast(count), seconds, strict=True):
            emotion = names[int(self.rng.choice(len(names), p=probability))]
            self.write_post(author, midnight + timedelta(seconds=int(second)), emotion, day)

    def cast(self, count: int) -> list[str]:
        """Return who posts today: mostly different people, a few of them twice."""
        first = min(count, 12)
        once = self.rng.choice(len(self.authors), size=first, replace=False, p=self.activity)
        again = self.rng.choice(len(self.authors), size=count - first, p=self.activity)
        cast = np.concatenate([once, again])
        self.rng.shuffle(cast)
        return [self.authors[i] for i in cast]

    def write_post(self, author: str, created: datetime, emotion: str, day: int) -> None:
        """Append one post: a submission with a title, or a reply to a recent post."""
        episode = EPISODE.start <= day < EPISODE.stop
        chance = self.rng.random(4)
        body = self.writer.body(emotion, episode=episode)
        if chance[0] < 0.03:
            emotion, body = self.writer.odd()
        title = self.writer.fill(self.writer.pick(self.spec["titles"]))
        if chance[1] < 0.2 and len(body) < 120:
            title, body = body, ""
        post = Post(
            f"{self.spec['prefix']}{len(self.posts) + 1:05d}",
            self.spec["community"],
            author,
            created,
            title,
            body,
            emotion,
            score=int(np.exp(1.2 * self.rng.standard_normal() + 1)),
        )
        if self.recent and chance[2] < 0.6:
            self.reply(post)
        if chance[3] < 0.006:
            self.delete(post)
        self.posts.append(post)
        self.recent.append(post)

    def reply(self, post: Post) -> None:
        """Make `post` a reply to one of the recent posts."""
        parent = self.recent[int(self.rng.integers(len(self.recent)))]
        parent.replies += 1
        post.parent = parent.id
        post.title, post.body = "", post.body or post.title

    def delete(self, post: Post) -> None:
        """Leave of `post` what a deleted post leaves behind."""
        by_author = self.rng.random() < 0.6
        post.author, post.body = "[deleted]", "[deleted]" if by_author else "[removed]"
        post.title, post.emotion = ("Deleted post" if post.title else ""), "deleted"


def fear_shares(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the planted share of fear per day, shape (DAYS,): AR(1) on logits, one episode."""
    logit = np.zeros(DAYS)
    shocks = rng.standard_normal(DAYS) * np.sqrt(1 - FEAR_PHI**2)
    for t in range(1, DAYS):
        logit[t] = FEAR_PHI * logit[t - 1] + shocks[t]
    level = np.log(FEAR_MEAN / (1 - FEAR_MEAN)) + FEAR_SPREAD * logit
    share = np.clip(1 / (1 + np.exp(-level)), 0.08, 0.55)
    share[EPISODE] = EPISODE_SHARE + 0.03 * rng.standard_normal(len(share[EPISODE]))
    return np.asarray(share, np.float64)


def led_returns(fear: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return log returns, shape (DAYS,), that fall LEAD days after fear was high."""
    noise = SIGMA * rng.standard_normal(DAYS)
    noise[LEAD:] -= BETA * ((fear - fear.mean()) / fear.std())[:-LEAD]
    return noise


def garch_returns(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return log returns, shape (DAYS,), of a GARCH(1, 1) that knows of nothing else."""
    out = np.zeros(DAYS)
    variance = 0.0004
    for t, shock in enumerate(rng.standard_normal(DAYS)):
        out[t] = np.sqrt(variance) * shock
        variance = 0.00004 + 0.1 * out[t] ** 2 + 0.8 * variance
    return out


def price_rows(
    asset: str, returns: NDArray[np.float64], rng: np.random.Generator, *, first: float
) -> Iterable[tuple[str, ...]]:
    """Yield one bar a day; each opens where the last closed, so `first` is the first open."""
    last = first
    for day, move in enumerate(returns):
        wick = np.exp(0.008 * np.abs(rng.standard_normal(2)))
        close = round(last * float(np.exp(move)), 4)
        high = round(max(last, close) * float(wick[0]), 4)
        low = round(min(last, close) / float(wick[1]), 4)
        volume = round(1e5 * float(np.exp(0.3 * rng.standard_normal() + 8 * abs(move))))
        bar = [f"{x:.4f}" for x in (last, high, low, close)]
        yield (asset, str(START + timedelta(days=day)), *bar, str(volume))
        last = close


def hotline_rows(rng: np.random.Generator) -> Iterable[tuple[str, str]]:
    """Yield calls a day: weekly seasonality and noise, unrelated to everything else."""
    for day in range(DAYS):
        today = START + timedelta(days=day)
        usual = 42 if today.weekday() >= 5 else 60
        yield str(today), str(max(0, round(usual + 6 * float(rng.standard_normal()))))


def csv_text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a CSV file's text, with line ends that are the same on every system."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def post_row(post: Post) -> tuple[object, ...]:
    """Return `post` in the column order of posts.csv.gz."""
    created = f"{post.created:%Y-%m-%dT%H:%M:%SZ}"
    text = (post.title, post.body, post.parent)
    return (post.id, post.community, post.author, created, *text, post.score, post.replies)


def truth(fear: NDArray[np.float64], events: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return what was planted, and what was not, as truth.json says it."""
    first, last = (START + timedelta(days=d) for d in (EPISODE.start, EPISODE.stop - 1))
    signal, returns = "reddit/TidalCoin:fear", "asset/{}:return"
    nulls = [
        [signal, returns.format("GRAIN-USD")],
        [signal, "series/hotline:calls"],
        ["forum/harbor.example:fear", returns.format("TIDE-USD")],
        ["forum/harbor.example:fear", returns.format("GRAIN-USD")],
    ]
    tide = returns.format("TIDE-USD")
    return {
        "seed": SEED,
        "start": str(START),
        "end": str(START + timedelta(days=DAYS - 1)),
        "days": DAYS,
        "episode": {
            "signal": signal,
            "event": events[2][1],
            "start": str(first),
            "end": str(last),
            "share": EPISODE_SHARE,
            "usual_share": FEAR_MEAN,
            "words": ["exploit", "bridge"],
        },
        "lead": {"x": signal, "y": tide, "lag_days": LEAD, "beta": -BETA, "noise": SIGMA},
        "weekly": {"emotions": ["joy", "gratitude"], "weekend_factor": WEEKEND_FACTOR},
        "unrelated": nulls,
        "unrelated_events": [row[1] for i, row in enumerate(events) if i != 2],
        "fear_share": [round(float(share), 3) for share in fear],
    }


def generate() -> dict[str, bytes]:
    """Return every file as name -> bytes."""
    words = tomllib.loads((HERE / "templates.toml").read_text(encoding="utf-8"))
    fear_rng, price_rng, calls_rng, *rngs = np.random.default_rng(SEED).spawn(7)
    fear = fear_shares(fear_rng)
    tidal = Community(Writer(words, "tidal", rngs[0]), fear, rngs[1])
    harbor = Community(Writer(words, "harbor", rngs[2]), np.zeros(DAYS), rngs[3])
    for day in range(DAYS):
        tidal.write_day(day)
        harbor.write_day(day)
    posts = sorted(tidal.posts + harbor.posts, key=lambda p: (p.created, p.id))
    bars = [
        *price_rows("TIDE-USD", led_returns(fear, price_rng), price_rng, first=2.4),
        *price_rows("GRAIN-USD", garch_returns(price_rng), price_rng, first=31.0),
    ]
    columns = (
        "id",
        "community",
        "author",
        "created",
        "title",
        "body",
        "parent",
        "score",
        "replies",
    )
    packed = {
        "posts.csv.gz": csv_text(columns, map(post_row, posts)),
        "labels.csv.gz": csv_text(("id", "emotion"), ((p.id, p.emotion) for p in posts)),
    }
    plain = {
        "prices.csv": csv_text(("asset", "date", "open", "high", "low", "close", "volume"), bars),
        "events.csv": csv_text(("ts", "name", "category", "scope"), words["events"]),
        "series.csv": csv_text(("date", "calls"), hotline_rows(calls_rng)),
        "truth.json": json.dumps(truth(fear, words["events"]), indent=1) + "\n",
    }
    # mtime=0: the same bytes today and tomorrow.
    files = {name: gzip.compress(text.encode(), mtime=0) for name, text in packed.items()}
    return files | {name: text.encode() for name, text in plain.items()}


def main() -> None:
    """Write the files into --out, by default next to this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, content in generate().items():
        (out / name).write_bytes(content)


if __name__ == "__main__":
    main()
