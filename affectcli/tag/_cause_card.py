"""The cause head beside the other heads: trained for the adapter in a folder, named in its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.tag import _card, _cause_file, _cause_train, _reccon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

NAME = "cause"
SUMMARY = (
    "The span that caused an emotion, in the post or in earlier posts of its thread. "
    "Non-commercial: leave it out with `[tag] heads` where that does not suit."
)
MEASURES = {"em": "EM+", "f1": "F1+", "entailment_macro_f1": "entailment macro-F1"}
READINGS = {
    "model, protocol": ("", "copy this or the previous turn, protocol", tuple(MEASURES)),
    "model, evidence given": (
        " (evidence given)",
        "copy the turn, evidence given",
        ("em", "f1"),
    ),
}
"""How RECCON's valid part is read: which turns hold a cause is found out, or known."""


def add(
    *,
    data: Path,
    out: Path,
    seed: int = 0,
    resume: bool = True,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Train the cause head for the adapter in `out`; return the card in `out` with it in.

    Raises:
        InputError: RECCON is not in `data`, or has another format.
        ModelError: `out` holds no model.
    """
    card = _card.read(out)
    found = _cause_train.train(
        data=data,
        out=out,
        adapter=out / _card.ADAPTER,
        recipe=_cause_train.Recipe(seed=seed),
        resume=resume,
        progress=progress,
    )
    card["heads"][NAME] = entry(found)
    _card.write(out, card)
    return card


def there(data: Path) -> bool:
    """Return whether RECCON is in the folder `data`."""
    return _reccon.there(data)


def entry(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model card says of a cause head, from what its training returned."""
    return {
        "file": _cause_file.CAUSE,
        **found["weights"][_cause_file.CAUSE],
        "kind": "span",
        "summary": SUMMARY,
        "licence": found["licence"],
        "data": [{**found["data"], "note": found["data"]["split"]}],
        "recipe": found["recipe"],
        "threshold": found["threshold"],
        "limits": list(found["limits"]),
        "support": found["support"],
        "metrics": measures(found["metrics"]["valid"], found["support"]["valid"]["spans"]),
    }


def evaluate(*, data: Path, weights: Path) -> list[dict[str, Any]]:
    """Return the measures of the cause head in `weights` on RECCON's valid part.

    Raises:
        InputError: RECCON has another format.
        ModelError: the head is missing or damaged.
    """
    from affectcli.tag import _cause, _cause_judge

    pairs = _reccon.read(data, "valid")
    answers = _cause_judge.Answers(_cause.load(weights, device="cpu"), pairs)
    threshold = float(_cause_file.facts(weights)["threshold"])
    spans = _cause_judge.support(pairs)["spans"]
    return measures(_cause_judge.table(answers, threshold), spans)


def measures(table: Mapping[str, Any], spans: int) -> list[dict[str, Any]]:
    """Return a card's measures, as shares, from the percentages of `_cause_judge.table`."""
    return [
        {
            "measure": f"{MEASURES[key]}{suffix}",
            **{part: round(table[model][key][part] / 100, 4) for part in ("value", "low", "high")},
            "texts": spans,
            "baseline": baseline,
            "baseline_value": round(table[baseline][key]["value"] / 100, 4),
        }
        for model, (suffix, baseline, keys) in READINGS.items()
        for key in keys
    ]
