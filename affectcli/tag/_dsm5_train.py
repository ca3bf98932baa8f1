"""Train the linear head of `dsm5` on ReDSM5, for those who hold it: seconds, so nothing to resume.

One class-balanced logistic regression per symptom on frozen sentence vectors. Posts, never
sentences, are held out; thresholds come from held-out scores of whole posts, because that is what
the tagger decides on, and counts from thresholds that were chosen without the post.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from affectcli import resources
from affectcli.errors import InputError
from affectcli.files import write_whole
from affectcli.tag import _care, _dsm5_card
from affectcli.tag._dsm5 import logistic
from affectcli.tag._dsm5_embed import Embedder, sentences
from affectcli.tag._dsm5_read import Corpus, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

FOLDS = 5
WEAK = 30
"""A label shown in fewer posts is weak."""
DRAWS = 1000
_NEVER = -30.0
"""Bias of a symptom that no post shows: its probability is practically 0."""


def train(
    *, data: Path, out: Path, seed: int = 0, progress: Callable[[str], None] = print
) -> dict[str, Any]:
    """Train on the ReDSM5 files in `data`, write head and card into `out`, return the card.

    The head is then `dsm5:OUT`. The card, which holds the head's hash, is written last.

    Raises:
        InputError: files or columns are missing, or too few posts for cross-validation.
        ModelError: the encoder is not installed.
    """
    corpus = read(data, split=sentences)
    posts = len(set(corpus.post.tolist()))
    if posts < FOLDS:
        raise InputError(f"{data} holds {posts} posts; cross-validation needs {FOLDS}.")
    progress(f"{len(corpus.sentences):,} sentences of {posts:,} posts")
    embedder = Embedder("cpu")
    vectors, line = embedder.vectors(corpus.sentences)
    # A sentence beyond the window is trained on by its first piece.
    vectors = vectors[np.unique(line, return_index=True)[1]]
    scores = _held_out(vectors, corpus, seed)
    progress("fitting on all posts")
    weight, bias = _fit(vectors, corpus.shown, seed)
    content = save({"weight": weight, "bias": bias})
    card = _card(corpus, scores, content, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / _dsm5_card.WEIGHTS, content)
    write_whole(out / _dsm5_card.CARD, json.dumps(card, indent=1).encode())
    progress(f"macro-F1 on held-out posts {card['macro_f1']:.3f}; written to {out}")
    return card


def _fit(
    X: NDArray[np.float32], shown: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    weight = np.zeros((shown.shape[1], X.shape[1]), dtype=np.float32)
    bias = np.full(shown.shape[1], _NEVER, dtype=np.float32)
    for label, y in enumerate(shown.T):
        if y.any() and not y.all():
            model = LogisticRegression(class_weight="balanced", max_iter=1000, random_state=seed)
            model.fit(X, y)
            weight[label], bias[label] = model.coef_[0], model.intercept_[0]
    return weight, bias


def _held_out(X: NDArray[np.float32], corpus: Corpus, seed: int) -> _HeldOut:
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    posts = int(corpus.post.max()) + 1
    scores = np.zeros((posts, corpus.shown.shape[1]), dtype=np.float32)
    shown = np.zeros(scores.shape, dtype=np.bool_)
    fold = np.zeros(posts, dtype=np.int64)
    for number, (rest, held) in enumerate(folds.split(X, groups=corpus.post)):
        weight, bias = _fit(X[rest], corpus.shown[rest], seed)
        np.maximum.at(scores, corpus.post[held], logistic(X[held] @ weight.T + bias))
        fold[corpus.post[held]] = number
    np.logical_or.at(shown, corpus.post, corpus.shown)
    return scores, shown, fold


_HeldOut = tuple["NDArray[np.float32]", "NDArray[np.bool_]", "NDArray[np.int64]"]
"""Held-out scores and truth of posts, (posts, 9), and the fold each post was held out in."""


def _card(corpus: Corpus, held: _HeldOut, content: bytes, *, seed: int) -> dict[str, Any]:
    scores, shown, fold = held
    labels = [
        _label(name, scores[:, i], shown[:, i], fold, seed=seed)
        for i, name in enumerate(_dsm5_card.SYMPTOMS)
    ]
    return {
        "format": _dsm5_card.FORMAT,
        "kind": _dsm5_card.SCHEME,
        "intended_use": "Shares of posts that name a symptom. Not a diagnosis of anybody.",
        "encoder": resources.ENCODER_SHA256,
        "care": _care.VERSION,
        "reading": _dsm5_card.READING,
        "sha256": hashlib.sha256(content).hexdigest(),
        "data": {
            "name": "ReDSM5, as given by the user",
            "sentences": len(corpus.sentences),
            "posts": len(scores),
            "ignored_annotations": corpus.ignored,
        },
        "recipe": {"seed": seed, "folds": FOLDS},
        "macro_f1": float(np.mean([row["f1"] for row in labels])),
        "labels": labels,
    }


def _label(
    name: str,
    score: NDArray[np.float32],
    shown: NDArray[np.bool_],
    fold: NDArray[np.int64],
    *,
    seed: int,
) -> dict[str, Any]:
    said = np.zeros(len(shown), dtype=np.bool_)
    for number in range(FOLDS):
        here = fold == number
        said[here] = score[here] >= _threshold(score[~here], shown[~here])
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(shown), (DRAWS, len(shown)))
    low, high = np.quantile([_f1(said[row], shown[row]) for row in draws], [0.025, 0.975])
    return {
        "name": name,
        "threshold": _threshold(score, shown),
        "tp": int((said & shown).sum()),
        "fn": int((~said & shown).sum()),
        "fp": int((said & ~shown).sum()),
        "tn": int((~said & ~shown).sum()),
        "f1": _f1(said, shown),
        "f1_low": float(low),
        "f1_high": float(high),
        "weak": bool(shown.sum() < WEAK or low <= shown.mean()),
    }


def _threshold(score: NDArray[np.float32], shown: NDArray[np.bool_]) -> float:
    """Return the score whose posts and all above them give the largest F1; 1 where none does."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(shown[order])
    if not len(hits) or not hits[-1]:
        return 1.0
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + hits[-1])
    best = int(np.argmax(f1))
    # Between this score and the next below, so that rounding cannot turn a decision.
    below = score[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((score[order[best]] + below) / 2)


def _f1(said: NDArray[np.bool_], shown: NDArray[np.bool_]) -> float:
    total = int(said.sum() + shown.sum())
    return float(2 * (said & shown).sum() / total) if total else 0.0
