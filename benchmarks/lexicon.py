"""How fast `lexicon:FILE` reads, beside what one would write by hand.

    POLARS_MAX_THREADS=1 python benchmarks/lexicon.py LEXICON [TEXTS] [--posts 50000]

TEXTS holds one post a line (.gz too); without it, short posts are made from words of the lexicon.
Seconds are processor seconds, so that a busy machine counts little; the one-thread setting makes
them those of one core.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.tag import _lexicon_match, _lexicon_read, lexicon

if TYPE_CHECKING:
    from collections.abc import Callable

    from affectcli.tag._lexicon_read import Lexicon

FEW = 100  # posts for the regular expressions


def made_up(words: Lexicon, posts: int) -> list[str]:
    """Return posts of 5 to 19 words, one in ten from the lexicon."""
    draw = random.Random(5)  # noqa: S311 # a benchmark keeps no secrets
    letters = "abcdefghijklmnopqrstuvwxyz"
    other = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(20_000)]
    return [
        " ".join(
            draw.choice(words.terms if draw.random() < 0.1 else other)
            for _ in range(draw.randint(5, 19))
        )
        for _ in range(posts)
    ]


def alternations(words: Lexicon) -> list[re.Pattern[str]]:
    """Return one regular expression a category: what a user would write."""
    terms: list[list[str]] = [[] for _ in words.categories]
    for term, members in zip(words.terms, words.members, strict=True):
        for member in members:
            terms[member].append(re.escape(term).replace(r"\*", r"\w*").replace(r"\ ", r"\s+"))
    return [re.compile(rf"\b(?:{'|'.join(some)})\b", re.IGNORECASE) for some in terms]


def empath_loop(words: Lexicon) -> Callable[[str], dict[str, int]]:
    """Return a reader in the way of the empath package: words only, a dictionary of lists."""
    belongs = {
        term.lower(): [words.categories[member] for member in members]
        for term, members in zip(words.terms, words.members, strict=True)
    }

    def read(text: str) -> dict[str, int]:
        count = dict.fromkeys(words.categories, 0)
        for token in text.lower().split():
            for category in belongs.get(token, ()):
                count[category] += 1
        return count

    return read


def rate(call: Callable[[], object], posts: int) -> float:
    """Return posts a processor second, the best of three."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return posts / min(spent)


def main() -> None:
    """Parse the command line and print one line a reader."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("texts", type=Path, nargs="?")
    parser.add_argument("--posts", type=int, default=50_000)
    options = parser.parse_args()
    words = _lexicon_read.read(options.lexicon)
    texts = made_up(words, options.posts)
    if options.texts:
        opener = gzip.open if options.texts.suffix == ".gz" else open
        with opener(options.texts, "rt", encoding="utf-8") as lines:
            texts = [line.strip() for line, _ in zip(lines, range(options.posts), strict=False)]
    few, tagger = texts[:FEW], lexicon.WordList(words)
    size = sum(map(len, texts)) / len(texts)
    print(f"{len(words.terms)} terms, {len(words.categories)} categories, {size:.0f} characters")
    print(f"compile       {1 / rate(lambda: _lexicon_match.Matcher(words.terms), 1):10.3f} s")
    ours = 0.0
    for batch in (1024, 4096, 16384):
        ours = rate(
            lambda b=batch: [tagger.score(texts[at : at + b]) for at in range(0, len(texts), b)],  # type: ignore[misc] # mypy cannot infer lambdas with defaults
            len(texts),
        )
        print(f"affect, {batch:>6}{ours:12,.0f} posts/s")
    patterns, loop = alternations(words), empath_loop(words)
    regex = rate(lambda: [[len(p.findall(text)) for p in patterns] for text in few], len(few))
    print(f"regex         {regex:10,.0f} posts/s  affect is {ours / regex:8.1f} x")
    plain = rate(lambda: [loop(text) for text in texts], len(texts))
    print(f"empath's loop {plain:10,.0f} posts/s  affect is {ours / plain:8.1f} x (one-word terms)")


if __name__ == "__main__":
    main()
