"""Finance emotions in five folds: the second stage of training beside a linear model.

    python benchmarks/finance_folds.py --data FOLDER --trunk TRUNK

TRUNK is a folder in which `affect model train` has finished its first stage (checkpoint.pt): that
trunk has seen no financial text. In each fold the upper layers and the
finance head learn from 70 % of the messages, are calibrated on 10 % and judged on 20 %; TF-IDF +
class-balanced logistic regression learns from, and is tuned on, the same rows. Published: EmTract
64.5 % accuracy, 0.491 macro-F1 (Vamossy and Skog, 2021).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import StratifiedGroupKFold

from affectcli.tag import _joint, _judge, _linear, _metrics, _publish, _split, _tasks, _train


def main() -> None:
    """Print accuracy and macro-F1 of both over all folds together, with intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--trunk", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    trunk = torch.load(given.trunk / _train.CHECKPOINT, weights_only=True)["average"]
    task = next(t for t in _tasks.read(given.data) if t.name == "emtract7")
    true = task.targets[:, 0].astype(np.int64)
    groups = np.array([_split.key(text) for text in task.texts])
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    said = {name: np.zeros(len(true), np.int64) for name in ("mini", _linear.NAME)}
    for number, (train, test) in enumerate(folds.split(groups, true, groups)):
        sides = np.full(len(true), "train")
        inner = StratifiedGroupKFold(8, shuffle=True, random_state=number)
        _, dev = next(iter(inner.split(train, true[train], groups[train])))
        sides[train[dev]], sides[test] = "dev", "test"
        fold = replace(task, sides=sides)
        recipe = _joint.Recipe(seed=number, epochs=given.epochs)
        matrices = _joint.fit(
            [fold], trunk, recipe=recipe, checkpoint=None, run="", progress=lambda _: None
        )
        scores = {
            "mini": _publish.scored(fold, matrices),
            _linear.NAME: _linear.scores(fold),
        }
        for name, p in scores.items():
            limits = _judge.thresholds(fold, p["dev"])
            said[name][test] = _judge.decide(fold, p["test"], limits).argmax(1)
            done = _metrics.confusion(said[name][test], true[test], len(task.labels))
            print(
                f"fold {number}, {name}: accuracy {_metrics.accuracy(done):.3f}, "
                f"macro-F1 {_metrics.macro_f1(done):.3f}",
                flush=True,
            )
    for name, decisions in said.items():
        matrix = _metrics.confusion(decisions, true, len(task.labels))
        for label, measure in (("accuracy", _metrics.accuracy), ("macro-F1", _metrics.macro_f1)):
            value, low, high = _metrics.interval(measure, matrix, draws=1000, seed=0)
            print(f"{name}: {label} {value:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
