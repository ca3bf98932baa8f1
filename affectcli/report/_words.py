"""Sentences made of one stored row each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from affectcli.report._text import percent, plain

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material

LEVEL = 0.05
DAY = r"\d{4}-\d\d-\d\d"
NAMES = {
    "posts": "posts per day",
    "valence": "valence (pleasant minus unpleasant)",
    "intensity": "emotional intensity (0 to 1)",
}
VARIANTS = {"mean": "mean probability of {}", "raw": "uncorrected share of {}"}
"""Columns that a signal may name after an @."""
CUT = {
    "backtest": (" After ",),
    "changepoints": (" Shifts of its series around", ": an instrument break, not to be read"),
}
"""Where the verdict of an analysis goes on with what page 1 says otherwise or has no room for."""
MODELS = {
    "seasonal_naive": "seasonal-naive",
    "naive": "last value",
    "ets": "ETS",
    "arima": "ARIMA",
    "ridge": "ridge regression",
    "mlp": "neural network",
    "prophet": "Prophet",
}
"""What a reader calls the models; those not named here are called as they are."""


def level(claim: Claim) -> str:
    """Return where a signal stands against its own history."""
    result = claim.result
    return (
        f"is at {_number(claim, 'now')}{_of_posts(claim)} in the last "
        f"{result.get('recent', 7)} days, higher than in {percent(result['percentile'])} "
        f"of its earlier {_window(claim)}s."
    )


def change(claim: Claim) -> str:
    """Return how a signal changed against the days before."""
    result = claim.result
    way = "rose" if result["now"] > result["before"] else "fell"
    beyond = "more" if q_of(claim) <= LEVEL else "no more"
    return (
        f"{way} from {_number(claim, 'before')} to {_number(claim, 'now')}{_of_posts(claim)}, "
        f"{beyond} than at other times (q = {q_of(claim):.2g}, "
        f"{result.get('family_size', 1)} tested)."
    )


def peak(claim: Claim) -> str:
    """Return when a signal was highest, and the event near which that began."""
    result = claim.result
    text = (
        f"was highest {result['peak_start']} to {result['peak_end']} at "
        f"{_number(claim, 'peak_value')}{_of_posts(claim)}"
    )
    if result.get("typical") is not None:
        text += f" against {_number(claim, 'typical')} on a median day"
    text += f", more than its own wandering explains (q = {peak_q_of(claim):.2g})."
    if result.get("event"):
        text += (
            f" The {_window(claim)} began within {result['near']} days of "
            f"“{plain(result['event'])}” ({result['event_day']})"
        )
        if result.get("event_base_rate") is not None:
            text += f", as {percent(result['event_base_rate'])} of all days do of some event"
        text += "."
    return text


def alert(name: str, row: dict[str, Any]) -> str:
    """Return one announced high-prevalence period."""
    return (
        f"has a high-prevalence period (above {_amount(name, row['threshold'])}) from "
        f"{row['starts']} to {row['ends']} with probability {percent(row['probability'])} "
        f"({model(row['model'])}, forecast from {row['origin']})."
    )


def own(material: Material, claim: Claim) -> str:
    """Return a verdict in the reader's words: names of signals, models and bars."""
    text = claim.verdict
    for mark in CUT.get(claim.analysis, ()):
        text = text.partition(mark)[0]
    text = f"{text.rstrip('.')}."
    for signal in sorted(claim.signals, key=len, reverse=True):
        text = text.replace(signal, name_of(material, signal))
    text = text.replace(f"{material.community}:", "").replace(f" in {material.community}", "")
    if claim.analysis == "forecast":
        text = models(text)
    if claim.analysis == "backtest":  # `above:q80 of posts ...`
        text = re.sub(r"^\S+(?= of )", lambda rule: f"Rule “{rule[0].replace(':', ' ')}”", text)
    text = re.sub(rf"({DAY})/(?={DAY})", r"\1 to ", text)
    if claim.analysis == "xcorr":
        text = text.replace("at the same bar", "on the same trading day")
        text = re.sub(r"\bbar(s?)\b", r"trading day\1", text)
    text = re.sub(r"(?<![\d.,])1 (pair|day|trading day)s\b", r"1 \1", text)
    text = re.sub(r"(?<![\w.])-(?=\d)", "\u2212", text.replace(">=", "\u2265"))
    return re.sub(r"(?<=\d) ?%", "\u00a0%", plain(text))


def model(name: str) -> str:
    """Return what a reader calls a forecasting model."""
    return MODELS.get(name, plain(name))


def models(text: str) -> str:
    """Return a text with the names of models as a reader writes them."""
    for name, known in MODELS.items():
        text = re.sub(rf"(?<![\w/:@-]){name}(?![\w/:@-])", known, text)
    return text


def split(measure: str) -> tuple[str, str | None]:
    """Return label and variant of a measure: `fear@mean` is (`fear`, `mean`)."""
    label, _, variant = measure.rpartition("@")
    return (label, variant) if label and variant in VARIANTS else (measure, None)


def called(measure: str) -> str:
    """Return what a reader calls a measure."""
    label, variant = split(measure)
    name = NAMES.get(label, plain(label))
    return VARIANTS[variant].format(name) if variant else name


def name_of(material: Material, signal: str) -> str:
    """Return what a reader calls a signal; the community's own go without its name."""
    measure = material.measure(signal)
    if measure is not None:
        return called(measure)
    place, _, measure = signal.rpartition(":")
    kind, _, name = place.partition("/")
    if kind in {"asset", "series"} or not place:
        return plain(f"{name} {measure}")
    return f"{called(measure)} in {plain(place)}"


def q_of(claim: Claim) -> float:
    """Return the claim's q, 1 where it has none."""
    return 1.0 if claim.q_value is None else claim.q_value


def peak_q_of(claim: Claim) -> float:
    """Return the q of a highest week, 1 where it was not tested."""
    q = claim.result.get("peak_q")
    return 1.0 if q is None or not claim.result.get("peak_start") else float(q)


def best_q_of(claim: Claim) -> float:
    """Return the smaller q of a claim on levels, of its change and its highest week."""
    return min(q_of(claim), peak_q_of(claim))


def missing(what: str, command: str) -> str:
    """Return an empty state and what to type."""
    return f"{what}: run affect {command}"


def hidden(k: int) -> str:
    """Return what stands in place of everything about a community of fewer than `k` authors."""
    return f"Withheld: fewer than {k} authors wrote in this period."


def more(count: int, noun: str, rest: str) -> str:
    """Return how many more there are, '' where there are none."""
    if count <= 0:
        return ""
    return f"{count} more {noun}{'s' if count > 1 else ''} {rest}."


def _number(claim: Claim, key: str) -> str:
    value = float(claim.result[key])
    if not claim.result.get("share", True):
        return f"{value:,.3g}".replace("-", "\u2212")
    return f"{100 * value:.{2 if 0 < value < 0.01 else 1}f}\u00a0%"


def _amount(name: str, value: float) -> str:
    """Return a threshold with its unit: counts and valence are no shares."""
    return f"{value:,.3g}" if name in NAMES.values() else percent(value)


def _of_posts(claim: Claim) -> str:
    """Return the unit after a share; a mean probability is over posts, not of them."""
    mean = split(claim.x)[1] == "mean"
    return " of posts" if claim.result.get("share", True) and not mean else ""


def _window(claim: Claim) -> str:
    days = int(claim.result.get("recent", 7))
    return "week" if days == 7 else f"{days}-day span"
