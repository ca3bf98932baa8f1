"""Score `mini` and its baselines on the test side of every corpus that is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.errors import ModelError
from affectcli.tag import _card, _cause_card, _judge, _linear, _mini, _publish, _tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.tag._tasks import Task

PUBLISHED = {
    "goemotions28": ("macro-F1", "BERT-base (Demszky et al., 2020)", 0.46),
    "ekman7": ("macro-F1", "BERT-base (Demszky et al., 2020)", 0.64),
    "cause": ("EM+", "RoBERTa-base (Poria et al., 2021)", 0.326),
    "emtract7": ("macro-F1", "EmTract (Vamossy and Skog, 2021), 5-fold", 0.491),
}


def evaluate(
    *, data: Path, weights: Path | None = None, heads: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return rows for `affect model eval`: one a head and measure, then one a head and label.

    Rows with `row == "measure"` have head, measure, value, its 95 % bootstrap interval (low,
    high), baseline, baseline_value, published, published_value and texts; rows with `row ==
    "label"` have head, label, support (test positives), precision, recall, f1, ece, threshold,
    weak. All of them are of the test side; nothing is tuned on it.

    Raises:
        InputError: the data folder lacks a file or has another format.
        ModelError: weights are missing, damaged, or know other labels than the data.
    """
    card = _card.read(weights)
    wanted = _card.chosen(card, heads)
    tasks = [task for task in _tasks.read(data) if task.name in wanted]
    measures, labels = [], []
    for task, scores in _scores(tasks, weights):
        stored = [row["threshold"] for row in card["heads"][task.name]["labels"]]
        judged = _judge.judge(
            task,
            scores,
            np.array([np.nan if t is None else t for t in stored]),
            baseline=(_linear.name(task), _linear.scores(task)),
            gate=_publish.present(task) if task.name == "markers" else None,
        )
        measures += [_measure(task.name, m) for m in judged.metrics]
        labels += [_label(task.name, row) for row in judged.labels if "test" in row]
    if _cause_card.NAME in wanted and _cause_card.there(data):
        found = _cause_card.evaluate(data=data, weights=weights or _card.WEIGHTS)
        measures += [_measure(_cause_card.NAME, m) for m in found]
    return [*measures, *labels]


def _scores(
    tasks: Sequence[Task], weights: Path | None
) -> Iterator[tuple[Task, dict[str, NDArray[np.float32]]]]:
    """Yield each task with its heads' scores of dev and test, every text scored once."""
    if not tasks:
        return
    tagger = _mini.load(weights=weights, heads=[task.name for task in tasks])
    columns = _columns(tagger, tasks)
    sides = [(task, side, task.rows(side)) for task in tasks for side in ("dev", "test")]
    number: dict[str, int] = {}
    for task, _, rows in sides:
        for row in rows:
            number.setdefault(task.texts[row], len(number))
    everything = tagger.score(list(number))
    for task in tasks:
        yield (
            task,
            {
                side: everything[[number[task.texts[row]] for row in rows]][:, columns[task.name]]
                for other, side, rows in sides
                if other is task
            },
        )


def _columns(tagger: _mini.Mini, tasks: Sequence[Task]) -> dict[str, NDArray[np.int64]]:
    """Return where each head's labels stand in a score; they must be the data's."""
    found, start = {}, 0
    for scheme in tagger.schemes:
        found[scheme.name] = np.arange(start, start + len(scheme.labels))
        start += len(scheme.labels)
        for task in tasks:
            own = tuple(label.name for label in scheme.labels)
            if task.name == scheme.name and own != task.labels:
                raise ModelError(
                    f"The head {task.name} knows {len(own)} labels, the data {len(task.labels)} "
                    "others.",
                    known="Labels must be the same, in the same order.",
                    do="affect model train",
                )
    return found


def _measure(head: str, measure: dict[str, Any]) -> dict[str, Any]:
    which, published, value = PUBLISHED.get(head, ("", None, None))
    known = measure["measure"] == which
    return {
        "row": "measure",
        "head": head,
        **measure,
        "published": published if known else None,
        "published_value": value if known else None,
    }


def _label(head: str, row: dict[str, Any]) -> dict[str, Any]:
    test = {key: value for key, value in row["test"].items() if key != "reliability"}
    return {
        "row": "label",
        "head": head,
        "label": row["name"],
        "support": row["support"]["test"],
        **test,
        "threshold": row["threshold"],
        "weak": row["weak"],
    }
