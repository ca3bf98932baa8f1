"""Score `mini` and its baselines on the official GoEmotions test split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from affectcli.errors import ModelError
from affectcli.tag import _card, _care, _f1, _goemotions, _mini

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TFIDF = "TF-IDF + logistic regression"
BERT = "BERT-base (published)"
PUBLISHED = {"macro_f1": 0.46, "ekman_macro_f1": 0.64}
"""Demszky et al., ACL 2020, tables 4 and 5; the Ekman score is of a model trained for it."""


def evaluate(
    *, data: Path, weights: Path | None = None, bootstrap: int = 1000, seed: int = 0
) -> list[dict[str, Any]]:
    """Return rows for `affect model eval`: one per split and model, then one per split and label.

    Rows with `row == "model"` have split, model, texts, macro_f1, its 95 % bootstrap interval
    (low, high), micro_f1 and ekman_macro_f1; rows with `row == "label"` are of `mini` and have
    split, label, support, precision, recall, f1, threshold, weak.

    Raises:
        InputError: the data folder lacks a file or has another format.
        ModelError: weights are missing or damaged.
    """
    train, dev, test = (_goemotions.read(data, name) for name in _goemotions.SPLITS)
    tagger = _mini.load(weights=weights)
    names, groups = _goemotions.labels(data), _goemotions.ekman(data)
    _check(names, tagger)
    thresholds = np.array([label.threshold for label in tagger.labels], dtype=np.float32)
    said = {
        "mini": tagger.score(test.texts) >= thresholds,
        TFIDF: _linear(train.without(dev), dev, test),
    }
    everything = np.arange(len(test.texts))
    splits = {"test": everything, "test without train duplicates": test.fresh(train)}
    models, labels = [], []
    for split, rows in splits.items():
        true = test.targets[rows]
        for model, decisions in said.items():
            interval = _f1.macro_interval(decisions[rows], true, draws=bootstrap, seed=seed)
            ekman = _ekman(decisions[rows], true, names=names, groups=groups)
            models.append(
                {
                    "row": "model",
                    "split": split,
                    "model": model,
                    "texts": len(rows),
                    "macro_f1": interval.value,
                    "low": interval.low,
                    "high": interval.high,
                    "micro_f1": _f1.micro(decisions[rows], true),
                    "ekman_macro_f1": ekman,
                }
            )
        labels += _label_rows(split, said["mini"][rows], true, tagger=tagger)
    published = {"row": "model", "split": "test", "model": BERT, "texts": len(test.texts)}
    unknown = dict.fromkeys(("low", "high", "micro_f1"))
    return [*models, {**published, **unknown, **PUBLISHED}, *labels]


def _check(names: Sequence[str], tagger: _mini.Mini) -> None:
    """Refuse to compare a model with data whose labels are others, or in another order."""
    own = tuple(label.name for label in tagger.labels)
    if own != tuple(names):
        raise ModelError(
            f"The weights know {len(own)} labels, labels.txt has {len(names)} others.",
            known="Labels must be the same, in the same order.",
            do="affect model train",
        )


def _linear(
    train: _goemotions.Split, dev: _goemotions.Split, test: _goemotions.Split
) -> NDArray[np.bool_]:
    """Return the decisions on test of a class-balanced linear model per label on word 1-2-grams.

    Thresholds are tuned on dev exactly as those of `mini` are.
    """
    words = TfidfVectorizer(
        preprocessor=lambda text: _care.clean(text).lower(),
        token_pattern=r"\w+|[^\w\s]",  # noqa: S106 -- a pattern for words, no password
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
    )
    X = words.fit_transform(train.texts)
    unseen = {"dev": words.transform(dev.texts), "test": words.transform(test.texts)}
    scores = {
        name: np.zeros((x.shape[0], train.targets.shape[1]), np.float32)
        for name, x in unseen.items()
    }
    for label in np.flatnonzero(train.targets.any(0) & ~train.targets.all(0)):
        model = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=0)
        model.fit(X, train.targets[:, label])
        for name, x in unseen.items():
            scores[name][:, label] = model.predict_proba(x)[:, 1]
    thresholds = _f1.tune(scores["dev"], dev.targets)
    decisions: NDArray[np.bool_] = scores["test"] >= thresholds
    return decisions


def _ekman(
    said: NDArray[np.bool_],
    true: NDArray[np.bool_],
    *,
    names: Sequence[str],
    groups: dict[str, str] | None,
) -> float | None:
    """Return macro-F1 over Ekman's six and neutral: a group is said where one of its labels is."""
    if groups is None:
        return None
    kinds = sorted(set(groups.values()))
    belongs = np.array([[groups[name] == kind for kind in kinds] for name in names])
    return _f1.macro(said @ belongs, true @ belongs)


def _label_rows(
    split: str, said: NDArray[np.bool_], true: NDArray[np.bool_], *, tagger: _mini.Mini
) -> list[dict[str, Any]]:
    scores, support = _f1.scores(said, true), true.sum(0)
    return [
        {
            "row": "label",
            "split": split,
            "label": label.name,
            "support": int(support[number]),
            **{key: float(value[number]) for key, value in scores.items()},
            "threshold": label.threshold,
            "weak": label.tp + label.fn < _card.WEAK,
        }
        for number, label in enumerate(tagger.labels)
    ]
