"""What `dsm5` is, without torch: the prototypes as shipped, or the card of a trained head."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from affectcli.errors import ModelError, UsageError
from affectcli.parts import Description, Label, Scheme
from affectcli.tag import _care

SCHEME = "dsm5"
SYMPTOMS = (
    "depressed_mood",
    "anhedonia",
    "appetite_change",
    "sleep_issues",
    "psychomotor",
    "fatigue",
    "worthlessness",
    "cognitive_issues",
    "suicidal_thoughts",
)
"""Criterion A of a major depressive episode (DSM-5), named as in ReDSM5 (2025)."""
CARD, WEIGHTS = "card.json", "dsm5.safetensors"
FORMAT = 1
READING = 1
"""How a text becomes sentences; part of the revision."""
COUNTS = ("tp", "fn", "fp", "tn")


def prototypes() -> dict[str, Any]:
    """Return the shipped prototypes: symptoms, negatives, scale, floor, threshold, counts."""
    path = Path(__file__).with_name("_dsm5_prototypes.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read(folder: Path) -> dict[str, Any]:
    """Return the card of a trained head.

    Raises:
        ModelError: there is none, or it is damaged or of another format.
    """
    path = folder / CARD
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        fits = card["format"] == FORMAT and card["kind"] == SCHEME
        named = tuple(label["name"] for label in card["labels"]) == SYMPTOMS
        complete = bool(card["sha256"] and card["encoder"]) and card["care"] is not None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({type(error).__name__}).",
            known=f"The folder of a trained head holds {CARD} and {WEIGHTS}.",
            do="affect model train --task dsm5",
        ) from error
    if not (fits and named and complete):
        raise ModelError(
            f"{path} does not describe a head for the nine symptoms in format {FORMAT}.",
            do="affect model train --task dsm5",
        )
    return card


def describe(target: str) -> Description:
    """Return the description of the prototypes, or of the trained head in folder `target`.

    Raises:
        ModelError: see `read`.
    """
    card = read(Path(target)) if target else None
    name = f"{SCHEME}:{target}" if target else SCHEME
    scheme = _trained(card) if card else _shipped(prototypes())
    return Description(name, (scheme,), languages=("en", "und"), licence="Apache-2.0")


def _shipped(table: dict[str, Any]) -> Scheme:
    labels = tuple(
        Label(
            name,
            table["threshold"],
            **dict(zip(COUNTS, table["counts"][name], strict=True)),
            weak=True,
        )
        for name in SYMPTOMS
    )
    keys = ("encoder", "scale", "floor", "threshold", "symptoms", "negatives")
    return Scheme(SCHEME, _revision({key: table[key] for key in keys}), "many", labels)


def _trained(card: dict[str, Any]) -> Scheme:
    fields = ("name", "threshold", *COUNTS, "weak")
    try:
        labels = tuple(Label(**{key: row[key] for key in fields}) for row in card["labels"])
        facts = {key: card[key] for key in ("encoder", "care", "reading", "sha256")}
    except KeyError as error:
        raise ModelError(
            f"The card of the trained head lacks {error}.", do="affect model train --task dsm5"
        ) from error
    facts["thresholds"] = [label.threshold for label in labels]
    return Scheme(SCHEME, _revision(facts), "many", labels)


def _revision(facts: dict[str, Any]) -> str:
    facts = {"care": _care.VERSION, "reading": READING, **facts}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def check(heads: object) -> None:
    """Refuse a choice of schemes that leaves nothing.

    Raises:
        UsageError: `heads` names schemes, and dsm5 is not among them.
    """
    if heads is not None and (not isinstance(heads, (list, tuple, set)) or SCHEME not in heads):
        raise UsageError(
            f"The tagger dsm5 has no such scheme: {heads}.",
            known=f"It has one: {SCHEME}.",
            do="affect tag --tagger dsm5",
        )
