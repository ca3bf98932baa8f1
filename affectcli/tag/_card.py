"""The model card of `mini`: what its weights are, read without importing torch.

`card.json` is the machine's copy (thresholds, error counts, hashes), `card.md` the reader's. One
adapter serves all heads; each head has its own file, data, licence and metrics, so that one whose
licence does not suit can be left out.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli.errors import ModelError, UsageError
from affectcli.files import write_whole
from affectcli.parts import Description, Label, Scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHTS = Path(__file__).parent / "weights"
CARD, PAGE, ADAPTER = "card.json", "card.md", "adapter.safetensors"
FORMAT = 2
WEAK = 30
"""A label with fewer positives in the development split is called weak."""
LANGUAGES = ("en", "und")
READING = (
    "Thresholds and calibration come from the dev side, and so do tp, fn, fp, tn; measures are of "
    "the test side, with 95 % bootstrap intervals over texts. A weak label (fewer than "
    f"{WEAK} dev positives, an F1 that cannot be told from its base rate, or a head less than 3 "
    "points above the linear baseline) is tagged, but withheld from reports and alerts."
)
PLEASANT = {
    *("admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy"),
    *("love", "optimism", "pride", "relief", "happy"),
}
UNPLEASANT = {
    *("anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear"),
    *("grief", "nervousness", "remorse", "sadness", "sad"),
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
        fits = card["format"] == FORMAT and (bool(card["heads"]) and bool(card["adapter"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({type(error).__name__}).",
            known="A model folder holds card.json, adapter.safetensors and one file for each head.",
            do="pip install --force-reinstall affectcli",
        ) from error
    if not fits:
        raise ModelError(
            f"{path} has format {card['format']}, this version reads {FORMAT}.",
            do="affect model train",
        )
    return card


def write(folder: Path, card: dict[str, Any]) -> None:
    """Write card.md, then card.json, into a model folder, each whole."""
    write_whole(folder / PAGE, page(card).encode())
    write_whole(folder / CARD, json.dumps(card, indent=1).encode())


def chosen(card: dict[str, Any], heads: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """Return the card's heads by scheme, those asked for, in the card's order.

    Raises:
        UsageError: a head is asked for that the model does not have.
    """
    known: dict[str, dict[str, Any]] = card["heads"]
    for head in heads or ():
        if head not in known:
            close = difflib.get_close_matches(head, known, n=1)
            raise UsageError(
                f"{card['name']} has no head {head!r}.",
                known=f"Did you mean {close[0]}?" if close else f"Heads: {', '.join(known)}.",
            )
    return {name: head for name, head in known.items() if heads is None or name in heads}


def describe(weights: Path | None = None, heads: Sequence[str] | None = None) -> Description:
    """Return name, licence and schemes of the weights in a folder.

    Raises:
        ModelError: see `read`.
        UsageError: see `chosen`.
    """
    card = read(weights)
    schemes = tuple(
        Scheme(name, revision(card, name), head["kind"], tuple(map(_label, head["labels"])))
        for name, head in chosen(card, heads).items()
        if "labels" in head
    )
    return Description(card["name"], schemes, LANGUAGES, card["licence"])


def _label(row: dict[str, Any]) -> Label:
    fields = ("name", "threshold", "tp", "fn", "fp", "tn", "weak")
    valence = float(row["name"] in PLEASANT) - float(row["name"] in UNPLEASANT)
    return Label(**{field: row[field] for field in fields}, valence=valence)


def revision(card: dict[str, Any], scheme: str) -> str:
    """Return a short hash over all that a score or a decision of a head follows from."""
    head = card["heads"][scheme]
    facts = {
        "encoder": card["encoder"]["sha256"],
        "adapter": card["adapter"]["sha256"],
        "head": head["sha256"],
        "thresholds": {label["name"]: label["threshold"] for label in head.get("labels", ())},
        "text": card["text"],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def page(card: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    lines = [
        f"# {card['name']}",
        "",
        card["intended_use"],
        "",
        "Limits:",
        *(f"- {limit}" for limit in card["limits"]),
        "",
        "Encoder: {name}, {licence}, sha256 {sha256}.".format_map(card["encoder"]),
        f"Adapter: {card['adapter']['bytes']:,} bytes, sha256 {card['adapter']['sha256']}.",
        f"It was trained on {_names(card['adapter']['data'])}.",
        f"Recipe: {_pairs(card['recipe'])}.",
        f"Made with: {_pairs(card['made_with'])}.",
        "",
        READING,
        "",
        "| head | measure | value | 95 % interval | baseline | baseline's value | test texts |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {m['measure']} | {m['value']:.3f} | {m['low']:.3f} to {m['high']:.3f} "
            f"| {m['baseline']} | {m['baseline_value']:.3f} | {m['texts']:,} |"
            for name, head in card["heads"].items()
            for m in head["metrics"]
        ),
        "",
    ]
    for name, head in card["heads"].items():
        lines += [*_section(card, name, head), ""]
    return "\n".join(lines)


def _section(card: dict[str, Any], name: str, head: dict[str, Any]) -> list[str]:
    lines = [
        f"## {name} (revision {revision(card, name)})",
        "",
        head["summary"],
        "",
        f"Data: {_names(head['data'])}.",
        f"Weights: {head['licence']}; {head['bytes']:,} bytes, sha256 {head['sha256']}.",
        "",
    ]
    rows = head.get("labels", [])
    if head.get("kind") in {"many", "one"}:
        lines += [
            "| label | threshold | tp | fn | fp | tn | train | test | test F1 | ECE | weak |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *(
                f"| {x['name']} | {x['threshold']:.4g} | {x['tp']} | {x['fn']} | {x['fp']} "
                f"| {x['tn']} | {x['support']['train']} | {x['support']['test']} "
                f"| {x['test']['f1']:.3f} | {x['test']['ece']:.3f} | {'weak' * x['weak']} |"
                for x in rows
            ),
        ]
    return lines


def _names(data: Sequence[dict[str, Any]]) -> str:
    return "; ".join(f"{source['name']} ({source['licence']})" for source in data)


def _pairs(facts: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in facts.items())
