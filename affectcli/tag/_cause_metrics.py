"""How cause spans are judged: exact match and token F1 over positive pairs, as in RECCON.

A text is normalised as in SQuAD (Rajpurkar et al., EMNLP 2016): lower case, no punctuation, no
articles, single spaces. Every annotated span is one case, also where a turn holds several.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from affectcli.tag._reccon import Pair

_MARKS = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalise(text: str) -> str:
    """Return `text` as SQuAD compares answers."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


def exact(said: str, true: str) -> float:
    """Return 1 where both are the same after normalisation, else 0."""
    return float(normalise(said) == normalise(true))


def token_f1(said: str, true: str) -> float:
    """Return the harmonic mean of the shares of tokens that both have; 0 where one has none."""
    ours, theirs = normalise(said).split(), normalise(true).split()
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs)) if common else float(ours == theirs)


class Cases(NamedTuple):
    """One row per case: a span of a positive pair, or a negative pair.

    `dialogue` numbers the dialogues, which are what an interval draws again; `first` marks one case
    of every pair; `f1` and `exact` are of what was said, 0 where a positive pair was answered with
    nothing, 1 where a negative was.
    """

    dialogue: NDArray[np.int64]
    first: NDArray[np.bool_]
    positive: NDArray[np.bool_]
    abstained: NDArray[np.bool_]
    exact: NDArray[np.float64]
    f1: NDArray[np.float64]


def judge(pairs: Sequence[Pair], said: Sequence[str | None]) -> Cases:
    """Return the cases of `pairs`, whose answers are `said`; None says that there is no cause."""
    numbers = {name: at for at, name in enumerate(dict.fromkeys(p.dialogue for p in pairs))}
    rows = [
        (
            numbers[pair.dialogue],
            number == 0,
            bool(pair.spans),
            answer is None,
            float(answer is None) if span is None else exact(answer or "", span),
            float(answer is None) if span is None else token_f1(answer or "", span),
        )
        for pair, answer in zip(pairs, said, strict=True)
        for number, span in enumerate(pair.spans or (None,))
    ]
    columns = zip(*rows, strict=True)
    kinds = (np.int64, np.bool_, np.bool_, np.bool_, np.float64, np.float64)
    return Cases(*(np.array(x, dtype=kind) for x, kind in zip(columns, kinds, strict=True)))


def figures(cases: Cases) -> dict[str, float]:
    """Return em, f1 (over positives), f1_negative, f1_all and entailment_macro_f1, in percent.

    `f1_negative` is the F1 of "no cause here", as the authors' script computes it; `f1_all` the
    mean over all cases; entailment is the decision whether the turn is a cause at all,
    one case a pair.
    """
    positive, abstained = cases.positive, cases.abstained
    turned_down = (~positive & abstained).sum()
    none = _f1(turned_down, (positive == abstained).sum())
    return {
        "em": 100 * float(cases.exact[positive].mean()) if positive.any() else np.nan,
        "f1": 100 * float(cases.f1[positive].mean()) if positive.any() else np.nan,
        "f1_negative": 100 * none,
        "f1_all": 100 * float(cases.f1.mean()),
        "entailment_macro_f1": 100 * _entailment(positive[cases.first], abstained[cases.first]),
    }


def _entailment(positive: NDArray[np.bool_], abstained: NDArray[np.bool_]) -> float:
    wrong = (positive == abstained).sum()
    return (
        _f1((~positive & abstained).sum(), wrong) + _f1((positive & ~abstained).sum(), wrong)
    ) / 2


def _f1(right: int, wrong: int) -> float:
    return float(2 * right / (2 * right + wrong)) if right else 0.0


def intervals(cases: Cases, *, draws: int = 1000, seed: int = 0) -> Mapping[str, list[float]]:
    """Return the 95 % bootstrap interval of every figure; whole dialogues are drawn again."""
    rng = np.random.default_rng(seed)
    order = np.argsort(cases.dialogue, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(cases.dialogue[order])) + 1)
    drawn = []
    for _ in range(draws):
        rows = np.concatenate([groups[at] for at in rng.integers(len(groups), size=len(groups))])
        drawn.append(figures(Cases(*(column[rows] for column in cases))))
    return {
        name: [float(x) for x in np.nanpercentile([row[name] for row in drawn], [2.5, 97.5])]
        for name in drawn[0]
    }
