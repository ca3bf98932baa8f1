"""How good a head is: decisions from scores, counts on dev, measures on test with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from affectcli.tag import _calibrate, _card, _f1, _metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from affectcli.tag._tasks import Task

DRAWS = 1000
MARGIN = 0.03
"""A head that beats the linear model by less is weak, all of it."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much of a class's share its threshold may be: 0 says the likeliest class, 1 the one that
gained most over its share."""


class Judged(NamedTuple):
    """A head's labels as a card keeps them, and its measures on the test side."""

    labels: list[dict[str, Any]]
    metrics: list[dict[str, Any]]


def thresholds(task: Task, dev: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return one threshold per label, chosen on the dev side; nan for a scale.

    For exclusive classes a decision is the largest p / threshold, and a threshold is the class's
    dev share to the power that does best for accuracy and macro-F1 together.
    """
    y = task.targets[task.rows("dev")]
    if task.loss == "scale":
        return np.full(len(task.labels), np.nan)
    if task.loss == "many":
        return np.concatenate(_many_thresholds(task, dev, y))
    true = y[:, 0].astype(np.int64)
    share = np.maximum(np.bincount(true, minlength=len(task.labels)), 1) / len(true)

    def merit(power: float) -> float:
        said = (dev / share**power).argmax(1)
        matrix = _metrics.confusion(said, true, len(task.labels))
        return float(_metrics.accuracy(matrix) + _metrics.macro_f1(matrix))

    best: NDArray[np.float64] = share ** max(SHARES, key=merit)
    return np.round(best, 4)


def _many_thresholds(
    task: Task, dev: NDArray[np.float32], y: NDArray[np.float32]
) -> list[NDArray[np.float64]]:
    known = np.isfinite(y)
    if known.all():
        return [_f1.tune(dev, y > 0)]
    return [
        _f1.tune(dev[known[:, [n]].ravel()][:, [n]], y[known[:, n]][:, [n]] > 0)
        for n in range(len(task.labels))
    ]


def decide(task: Task, p: NDArray[np.float32], limits: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which labels are said, (texts, labels)."""
    limits = limits.astype(np.float32)
    if task.loss == "many":
        above: NDArray[np.bool_] = p >= limits
        return above
    winner: NDArray[np.int64] = (p / limits).argmax(1)
    said: NDArray[np.bool_] = winner[:, None] == np.arange(len(task.labels))
    return said


def truth(task: Task, side: str) -> NDArray[np.float32]:
    """Return (texts, labels): 1, 0 or nan where it is unknown; values for a scale."""
    y = task.targets[task.rows(side)]
    if task.loss in {"many", "scale"}:
        return y
    flags: NDArray[np.float32] = (y == np.arange(len(task.labels))).astype(np.float32)
    return flags


def judge(
    task: Task,
    scores: dict[str, NDArray[np.float32]],
    limits: NDArray[np.float64],
    *,
    baseline: tuple[str, dict[str, NDArray[np.float32]]],
    gate: dict[str, NDArray[np.bool_]] | None = None,
) -> Judged:
    """Return label rows and measures of a head whose scores on dev and test are `scores`.

    `baseline` is a name and the scores of another model on the same sides, whose thresholds are
    tuned here as the head's were. `gate` says for each side of which texts a marker may be said:
    counts, and measures named so, are of decisions that passed it, the other measures of the head.
    """
    if task.loss == "scale":
        return Judged(*_scale(task, scores["test"], baseline))
    said = {side: decide(task, p, limits) for side, p in scores.items()}
    other = decide(task, baseline[1]["test"], thresholds(task, baseline[1]["dev"]))
    measures = (
        _many(task, said["test"], other) if task.loss == "many" else _single(task, said, other)
    )
    if gate is not None:
        said = {side: decisions & gate[side][:, None] for side, decisions in said.items()}
        measures += [
            {**row, "measure": f"{row['measure']}, status present"}
            for row in _many(task, said["test"], other & gate["test"][:, None])
            if row["measure"].endswith("(all)")
        ]
    labels = [_label(task, number, scores, said, limits) for number in range(len(task.labels))]
    for row in labels:
        row["weak"] = row["weak"] or not _worth(task, row["name"], measures)
    return Judged(labels, [_round({**m, "baseline": baseline[0]}) for m in measures])


def _worth(task: Task, label: str, measures: list[dict[str, Any]]) -> bool:
    """Say whether a head, or a marker on its own corpus, is clearly better than the linear model.

    Judged by weighted-F1 (ordered classes: kappa); emotions of several labels by macro-F1.
    """
    own = [m for m in measures if m["measure"].startswith(f"{label} weighted-F1")]
    whole = [m for m in measures if m["measure"] in {"weighted-F1", "quadratic kappa", "macro-F1"}]
    row = own[0] if own else whole[-1] if task.loss == "one" else whole[0] if whole else None
    return row is None or row["value"] - row["baseline_value"] >= MARGIN


def _label(
    task: Task,
    number: int,
    scores: dict[str, NDArray[np.float32]],
    said: dict[str, NDArray[np.bool_]],
    limits: NDArray[np.float64],
) -> dict[str, Any]:
    row: dict[str, Any] = {"name": task.labels[number], "threshold": float(limits[number])}
    known, true, p = {}, {}, {}
    for side in ("dev", "test"):
        y = truth(task, side)[:, number]
        known[side] = np.isfinite(y)
        true[side], p[side] = y[known[side]] > 0, scores[side][known[side], number]
    decided = {side: said[side][known[side], number] for side in true}
    tp, fn, fp, tn = (int(x[0]) for x in _f1.counts(decided["dev"][:, None], true["dev"][:, None]))
    matrix = _metrics.confusion(decided["dev"].astype(int), true["dev"].astype(int), 2)
    low = _metrics.interval(_metrics.positive_f1, matrix, draws=DRAWS, seed=0).low
    shown = _f1.scores(decided["test"][:, None], true["test"][:, None])
    train = truth(task, "train")[:, number]
    return {
        **row,
        "tp": tp,
        "fn": fn,
        "fp": fp,
        "tn": tn,
        "weak": bool(tp + fn < _card.WEAK or low <= float(true["dev"].mean())),
        "support": {
            "train": int(np.nansum(train)),
            "dev": int(true["dev"].sum()),
            "test": int(true["test"].sum()),
        },
        "test": {
            **{key: round(float(value[0]), 4) for key, value in shown.items()},
            "ece": round(_calibrate.expected_error(p["test"], true["test"]), 4),
            "reliability": _calibrate.reliability(p["test"], true["test"]),
        },
    }


def _many(task: Task, said: NDArray[np.bool_], other: NDArray[np.bool_]) -> list[dict[str, Any]]:
    y = truth(task, "test")
    if not np.isfinite(y).all():
        return _by_corpus(task, said, other)
    true = y > 0
    interval = _f1.macro_interval(said, true, draws=DRAWS, seed=0)
    baseline = {"baseline_value": _f1.macro(other, true)}
    return [{**_row("macro-F1", interval, len(true)), **baseline}]


def _by_corpus(
    task: Task, said: NDArray[np.bool_], other: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Return one row per label and corpus that has both kinds of text, and one over all of them."""
    rows = []
    y, sources = truth(task, "test"), task.sources[task.rows("test")]
    for number, label in enumerate(task.labels):
        known = np.isfinite(y[:, number])
        for corpus in [*dict.fromkeys(sources[known]), None]:
            chosen = known if corpus is None else known & (sources == corpus)
            true = (y[chosen, number] > 0).astype(np.int64)
            if not 0 < true.sum() < len(true):
                continue
            where = "all" if corpus is None else corpus
            measure = _metrics.positive_f1 if corpus is None else _metrics.weighted_f1
            kind = "F1" if corpus is None else "weighted-F1"
            rows.append(
                _compare(
                    f"{label} {kind} ({where})",
                    measure,
                    [x[chosen, number].astype(np.int64) for x in (said, other)],
                    true,
                    2,
                )
            )
    return rows


def _single(
    task: Task, said: dict[str, NDArray[np.bool_]], other: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    true = task.targets[task.rows("test")][:, 0].astype(np.int64)
    measures: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
        "accuracy": _metrics.accuracy,
        "macro-F1": _metrics.macro_f1,
        "weighted-F1": _metrics.weighted_f1,
    }
    if task.loss == "ordinal":
        measures = {"quadratic kappa": _metrics.kappa, "macro-F1": _metrics.macro_f1}
    both = [x.argmax(1).astype(np.int64) for x in (said["test"], other)]
    return [_compare(n, m, both, true, len(task.labels)) for n, m in measures.items()]


def _compare(
    name: str,
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    both: list[NDArray[np.int64]],
    true: NDArray[np.int64],
    classes: int,
) -> dict[str, Any]:
    own, other = (_metrics.confusion(said, true, classes) for said in both)
    interval = _metrics.interval(measure, own, draws=DRAWS, seed=0)
    return {**_row(name, interval, len(true)), "baseline_value": float(measure(other))}


def _scale(
    task: Task, test: NDArray[np.float32], baseline: tuple[str, dict[str, NDArray[np.float32]]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    y = truth(task, "test").astype(np.float64)
    labels, metrics = [], []
    for number, label in enumerate(task.labels):
        r = _metrics.correlation(test[:, number].astype(float), y[:, number], draws=200, seed=0)
        other = np.corrcoef(baseline[1]["test"][:, number], y[:, number])[0, 1]
        row = {**_row(f"{label} Pearson r", r, len(y)), "baseline_value": float(other)}
        metrics.append(_round({**row, "baseline": baseline[0]}))
        labels.append(
            {"name": label, "threshold": None, "tp": 0, "fn": 0, "fp": 0, "tn": 0, "weak": False}
        )
    return labels, metrics


def _row(measure: str, interval: _f1.Interval, texts: int) -> dict[str, Any]:
    return {
        "measure": measure,
        "value": interval.value,
        "low": interval.low,
        "high": interval.high,
        "texts": texts,
    }


def _round(row: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
