"""The baseline that every head must beat: word n-grams and a linear model, on the same sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from affectcli.tag import _care

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.tag._tasks import Task

NAME = "TF-IDF + balanced logistic regression"
RIDGE = "TF-IDF + ridge"


def name(task: Task) -> str:
    """Return what the baseline of a task is called."""
    return RIDGE if task.loss == "scale" else NAME


def scores(task: Task, sides: Sequence[str] = ("dev", "test")) -> dict[str, NDArray[np.float32]]:
    """Return (texts, labels) for each side: probabilities, or values of a scale.

    Trained on the train side only. A class is balanced by its inverse frequency.
    """
    train = task.rows("train")
    words = TfidfVectorizer(
        preprocessor=lambda text: _care.clean(text).lower(),
        token_pattern=r"\w+|[^\w\s]",  # noqa: S106 -- a pattern for words, no password
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
    )
    X = words.fit_transform([task.texts[row] for row in train])
    unseen = {side: words.transform([task.texts[row] for row in task.rows(side)]) for side in sides}
    y = task.targets[train]
    out = {side: np.zeros((x.shape[0], len(task.labels)), np.float32) for side, x in unseen.items()}
    if task.loss in {"one", "ordinal"}:
        model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=1000)
        model.fit(X, y[:, 0].astype(int))
        for side, x in unseen.items():
            out[side][:, model.classes_] = model.predict_proba(x)
        return out
    for label in range(len(task.labels)):
        known = np.isfinite(y[:, label])
        if len(np.unique(y[known, label])) < 2:
            continue  # nothing to tell apart: it says no
        model = _one(task, X[known], y[known, label])
        for side, x in unseen.items():
            out[side][:, label] = (
                model.predict(x) if task.loss == "scale" else model.predict_proba(x)[:, 1]
            )
    return out


def _one(task: Task, X: NDArray[np.float64], y: NDArray[np.float32]) -> LogisticRegression | Ridge:
    if task.loss == "scale":
        return Ridge(alpha=1.0).fit(X, y)
    model = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=0)
    return model.fit(X, y > 0)
