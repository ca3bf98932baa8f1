"""The model card of `mini`: what its weights are, read without importing torch.

`card.json` is the machine's copy (thresholds, error counts, hashes), `card.md` the reader's.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from affectcli.errors import ModelError
from affectcli.parts import Description, Label

WEIGHTS = Path(__file__).parent / "weights"
CARD, PAGE = "card.json", "card.md"
ADAPTER, EMOTION = "adapter.safetensors", "emotion.safetensors"
FORMAT = 1
WEAK = 30
"""A label with fewer positives in the development split is called weak."""
PLEASANT = {
    *("admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy"),
    *("love", "optimism", "pride", "relief"),
}
UNPLEASANT = {
    *("anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear"),
    *("grief", "nervousness", "remorse", "sadness"),
}
"""The sentiment groups of GoEmotions (Demszky et al. 2020, figure 2); the others are neither."""


def read(weights: Path | None = None) -> dict[str, Any]:
    """Return the card in folder `weights` (the shipped one by default).

    Raises:
        ModelError: there is no card, or it is damaged or of another format.
    """
    path = (weights or WEIGHTS) / CARD
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        fits = card["format"] == FORMAT and bool(card["labels"]) and bool(card["weights"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({type(error).__name__}).",
            known="A model folder holds card.json, adapter.safetensors and emotion.safetensors.",
            do="pip install --force-reinstall affectcli",
        ) from error
    if not fits:
        raise ModelError(
            f"{path} has format {card['format']}, this version reads {FORMAT}.",
            do="affect model train",
        )
    return card


def describe(weights: Path | None = None) -> Description:
    """Return name, revision, scheme and labels of the weights in a folder.

    Raises:
        ModelError: see `read`.
    """
    card = read(weights)
    fields = ("name", "threshold", "tp", "fn", "fp", "tn")
    labels = tuple(
        Label(**{field: label[field] for field in fields}, valence=_valence(label["name"]))
        for label in card["labels"]
    )
    return Description(card["name"], revision(card), card["scheme"], labels)


def _valence(label: str) -> float:
    return float(label in PLEASANT) - float(label in UNPLEASANT)


def revision(card: dict[str, Any]) -> str:
    """Return a short hash over all that a score or a decision follows from."""
    facts = {
        "encoder": card["encoder"]["sha256"],
        "weights": {name: file["sha256"] for name, file in card["weights"].items()},
        "thresholds": {label["name"]: label["threshold"] for label in card["labels"]},
        "text": card["text"],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def page(card: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    lines = [
        f"# {card['name']} ({card['scheme']}, revision {revision(card)})",
        "",
        card["intended_use"],
        "",
        "Limits:",
        *(f"- {limit}" for limit in card["limits"]),
        "",
        f"Data: {card['data']['name']}, {card['data']['licence']}, {card['data']['split']}.",
        "Encoder: {name}, {licence}, sha256 {sha256}.".format_map(card["encoder"]),
        f"Weights: {card['licence']}; "
        + "; ".join(f"{name} sha256 {file['sha256']}" for name, file in card["weights"].items())
        + ".",
        "Recipe: " + ", ".join(f"{key} {value}" for key, value in card["recipe"].items()) + ".",
        "Made with: "
        + ", ".join(f"{key} {value}" for key, value in card["made_with"].items())
        + ".",
        "",
        "| split | texts | macro-F1 | 95 % interval | micro-F1 |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {m['texts']} | {m['macro_f1']:.3f} | {m['low']:.3f} to {m['high']:.3f} "
            f"| {m['micro_f1']:.3f} |"
            for name, m in card["metrics"].items()
        ),
        "",
        "Thresholds were tuned on dev, so its score is optimistic; tp, fn, fp, tn are dev counts.",
        "",
        "| label | threshold | tp | fn | fp | tn | in train | in test | test F1 | weak |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {x['name']} | {x['threshold']} | {x['tp']} | {x['fn']} | {x['fp']} | {x['tn']} "
            f"| {x['support']['train']} | {x['support']['test']} | {x['test']['f1']:.3f} "
            f"| {'weak' if x['weak'] else ''} |"
            for x in card["labels"]
        ),
        "",
    ]
    return "\n".join(lines)
