"""RECCON's pairs put to a cause finder, and what comes out beside the positional baselines."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.tag._cause import Thread, Turn
from affectcli.tag._cause_metrics import figures, intervals, judge
from affectcli.tag._cause_reader import FARTHEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.tag._cause import CauseFinder
    from affectcli.tag._reccon import Pair

THRESHOLDS = np.arange(0.05, 0.8, 0.025)
SLACK = 4.0
"""Points of overall F1 that finding more of the causes may cost."""


def targets(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield the pairs of one target: the turns at most FARTHEST before it, itself last."""
    group: list[Pair] = []
    for pair in pairs:
        group.append(pair)
        if pair.distance == 0:
            yield group[-FARTHEST - 1 :]
            group = []


def thread(group: Sequence[Pair]) -> Thread:
    """Return a target's pairs as a thread."""
    turns = (Turn(pair.evidence, pair.distance, pair.same_author) for pair in group)
    return Thread(group[-1].emotion, tuple(turns))


class Answers:
    """The best span of every pair and how probably it is a cause, before any threshold."""

    def __init__(self, finder: CauseFinder, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        groups = list(targets(pairs))
        found = finder.weigh([thread(group) for group in groups])
        answers = {
            id(pair): (pair.evidence[x.start : x.stop], x.score)
            for group, spans in zip(groups, found, strict=True)
            for pair, x in zip(group, spans, strict=True)
            if x
        }
        # A turn too far before the target to be read is answered with nothing.
        self.answers = [answers.get(id(pair), (pair.evidence, 0.0)) for pair in pairs]

    def said(self, threshold: float) -> list[str | None]:
        """Return the spans, None where the probability is below `threshold`."""
        return [span if score >= threshold else None for span, score in self.answers]

    def curve(self) -> dict[float, dict[str, float]]:
        """Return the figures at every threshold of THRESHOLDS."""
        return {
            round(float(threshold), 3): figures(judge(self.pairs, self.said(threshold)))
            for threshold in THRESHOLDS
        }

    def tune(self) -> float:
        """Return the smallest threshold that costs at most SLACK of the best overall F1.

        The best itself would answer four of ten causes with nothing: where most pairs are
        negative, silence is cheap.
        """
        curve = self.curve()
        best = max(row["f1_all"] for row in curve.values())
        return min(at for at, row in curve.items() if row["f1_all"] >= best - SLACK)


def table(answers: Answers, threshold: float, *, draws: int = 1000) -> dict[str, Any]:
    """Return all figures in percent with 95 % intervals: ours and the positional baselines.

    "protocol" is RECCON's: the model must find out which turns hold a cause. "evidence given" is
    the same with the positive pairs known: then copying the whole turn does well on F1.
    """
    pairs = answers.pairs
    rows: dict[str, Sequence[str | None]] = {
        "model, protocol": answers.said(threshold),
        "copy this or the previous turn, protocol": [
            pair.evidence if pair.distance <= 1 else None for pair in pairs
        ],
        "model, evidence given": answers.said(-1.0),
        "copy the turn, evidence given": [pair.evidence for pair in pairs],
    }
    return {name: _row(pairs, said, draws) for name, said in rows.items()}


def _row(pairs: Sequence[Pair], said: Sequence[str | None], draws: int) -> dict[str, Any]:
    cases = judge(pairs, said)
    bounds = intervals(cases, draws=draws)
    return {
        name: {"value": round(value, 2), "low": round(low, 2), "high": round(high, 2)}
        for name, value in figures(cases).items()
        for low, high in [bounds[name]]
    }


def support(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return how many dialogues, targets, positive spans and negative pairs there are."""
    spans = sorted((pair.emotion, len(pair.spans)) for pair in pairs)
    return {
        "dialogues": len({pair.dialogue for pair in pairs}),
        "targets": sum(pair.distance == 0 for pair in pairs),
        "spans": sum(len(pair.spans) for pair in pairs),
        "negatives": sum(not pair.spans for pair in pairs),
        "spans_by_emotion": {
            emotion: sum(n for _, n in rows)
            for emotion, rows in groupby(spans, key=lambda row: row[0])
        },
    }
