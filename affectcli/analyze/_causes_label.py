"""What the spans of a theme are about: the terms that set it apart, each used by enough authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TOKEN = r"#?[^\W\d_](?:[^\W\d_]|['\u2019](?=[^\W\d_]))+"  # noqa: S105 -- a pattern of words
SHOWN = 4
"""Terms of a label."""
LIFT = 2.0
"""A term is used at least so many times as often in its theme as in all spans."""
STOP = ENGLISH_STOP_WORDS | {
    *(
        "don",
        "just",
        "like",
        "really",
        "know",
        "want",
        "feel",
        "ve",
        "got",
        "getting",
        "going",
        "im",
    ),
    *(
        "i'm",
        "i've",
        "don't",
        "it's",
        "can't",
        "that's",
        "didn't",
        "i'd",
        "i'll",
        "isn't",
        "amp",
        "lol",
    ),
    *("doesn't", "won't", "you're", "they're", "there's", "what's", "let's", "ll", "dont", "cant"),
}
"""Function words and fillers: they set no theme apart that a reader would call one."""


def labels(
    texts: Sequence[str], writers: Sequence[object], themes: NDArray[np.int64], *, k: int
) -> dict[int, list[str]]:
    """Return up to SHOWN terms of one or two words for each theme (-1 is none), the best first.

    Class-based TF-IDF (Grootendorst 2022) of `texts` (n,) in their themes (n,), where a term counts
    once for each of `writers` (n,) in a theme and must have `k` of them, and LIFT; a theme may have
    no such term.
    """
    words = CountVectorizer(
        ngram_range=(1, 2), token_pattern=TOKEN, stop_words=sorted(STOP), binary=True, min_df=2
    )
    try:
        there = words.fit_transform([text.replace("\u2019", "'") for text in texts]).tocoo()
    except ValueError:  # no term occurs twice
        return {int(theme): [] for theme in np.unique(themes[themes >= 0])}
    terms = words.get_feature_names_out()
    _, writer = np.unique(np.asarray(writers, dtype=str), return_inverse=True)
    used = _writers(themes[there.row] + 1, writer[there.row], there.col, len(terms))
    everywhere = np.asarray(used.sum(axis=0)).ravel()
    mean = everywhere.sum() / used.shape[0]
    pairs = np.unique(np.stack([themes + 1, writer]), axis=1)
    people = np.bincount(pairs[0], minlength=used.shape[0])
    chosen = {}
    for theme in np.unique(themes[themes >= 0]):
        count = used[[theme + 1]].toarray().ravel()
        score = count / max(count.sum(), 1) * np.log1p(mean / np.maximum(everywhere, 1))
        lift = count / people[theme + 1] / (everywhere / people.sum())
        score[(count < k) | (lift < LIFT)] = 0.0
        best = np.argsort(-score, kind="stable")
        chosen[int(theme)] = _different([terms[i] for i in best[: 5 * SHOWN] if score[i] > 0])
    return chosen


def _writers(
    themes: NDArray[np.int64], writers: NDArray[np.int64], terms: NDArray[np.int32], width: int
) -> sparse.csr_matrix:
    """Return how many different writers use each term in each theme, (themes, terms)."""
    seen = np.unique(np.stack([themes, terms, writers]), axis=1)
    shape = (int(themes.max()) + 1, width)
    return sparse.csr_matrix((np.ones(seen.shape[1]), (seen[0], seen[1])), shape=shape)


def _different(terms: Sequence[str]) -> list[str]:
    """Return the first SHOWN terms of which none repeats a word of another."""
    kept: list[str] = []
    for term in terms:
        stems = {_stem(word) for word in term.split()}
        if all(stems.isdisjoint(map(_stem, other.split())) for other in kept):
            kept.append(term)
    return kept[:SHOWN]


def _stem(word: str) -> str:
    """Return a word's beginning: enough to see that two are forms of one (relapse, relapsed)."""
    bare = word.removesuffix("'s").lstrip("#")
    for ending in ("ing", "ed", "es", "s"):
        if bare.endswith(ending) and len(bare) - len(ending) >= 3:
            bare = bare.removesuffix(ending)
            break
    return bare[:5]
