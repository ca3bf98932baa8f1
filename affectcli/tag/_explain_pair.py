"""An explanation and its twin from randomised weights: never the one without the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from affectcli.log import logger, progress
from affectcli.tag import _explain_fidelity, _explain_gradients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.tag._explain_asked import Measure
    from affectcli.tag._explain_fidelity import Fidelity
    from affectcli.tag._explain_gradients import Attribution
    from affectcli.tag._explain_model import Probe
    from affectcli.tag._explain_read import Reading


class Explained(NamedTuple):
    """What the words of some texts add to one label: by the model, and by shuffled weights."""

    readings: Sequence[Reading]
    own: list[Attribution]
    randomised: list[Attribution]
    fidelity: Fidelity
    seed: int

    @property
    def facts(self) -> dict[str, Any]:
        """What must stand beside attributions, means over the texts, in log-odds."""
        fidelity = self.fidelity
        margin, low, high = self._interval()
        errors = [abs(each.error) for each in self.own]
        return {
            "completeness_error": float(np.mean(errors)),
            "explained": float(np.mean([abs(each.odds - each.baseline) for each in self.own])),
            "fall": float(fidelity.model.mean()),
            "fall_randomised": float(fidelity.randomised.mean()),
            "fall_random_order": float(fidelity.chance.mean()),
            "margin": margin,
            "margin_low": low,
            "margin_high": high,
            "rank_correlation": _mean(fidelity.correlation),
            "explained_posts": len(self.readings),
        }

    @property
    def sentence(self) -> str:
        """The same in words."""
        facts = self.facts
        margin = f"margin {facts['margin']:.2f}"
        if len(self.readings) > 1:
            margin += f" [{facts['margin_low']:.2f}, {facts['margin_high']:.2f}]"
        sentence = (
            f"Without the words that come first the log-odds fall by {facts['fall']:.2f}; in the "
            f"order of randomised weights by {facts['fall_randomised']:.2f}, in random order by "
            f"{facts['fall_random_order']:.2f}: {margin}, rank correlation with the randomised "
            f"{facts['rank_correlation']:.2f}. Attributions miss their sum by "
            f"{facts['completeness_error']:.3f} of {facts['explained']:.2f}."
        )
        beaten = facts["margin_low"] if len(self.readings) > 1 else facts["margin"]
        return (
            sentence
            if beaten > 0
            else f"{sentence} No better than randomised weights: do not read it."
        )

    def _interval(self) -> tuple[float, float, float]:
        rng = np.random.default_rng(self.seed)
        return _explain_fidelity.interval(self.fidelity.margin, rng)


def explain(
    probe: Probe, readings: Sequence[Reading], measure: Measure, *, steps: int, seed: int
) -> Explained:
    """Return what every word adds to a label, beside the same from shuffled weights.

    Each reading must have a word. `steps` as in `_explain_gradients`.
    """
    windows = sum(len(reading.windows) for reading in readings)
    twin = probe.randomised(seed)
    with progress(f"Explaining {measure.name}", 2 * windows, "windows") as advance:
        own, other = (
            _explain_gradients.attribute(
                each, readings, measure.position, steps=steps, progress=advance
            )
            for each in (probe, twin)
        )
    rng = np.random.default_rng(seed)
    fidelity = _explain_fidelity.judge(
        probe, readings, label=measure.position, attributions=(own, other), rng=rng
    )
    return Explained(readings, own, other, fidelity, seed)


def warn(measure: Measure) -> None:
    """Say that a label is weak."""
    if measure.label.weak:
        support = measure.label.tp + measure.label.fn
        logger.warning(
            "The label %s is weak (%d validation posts carry it): this shows what the model does, "
            "hardly what people feel",
            *(measure.name, support),
        )


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
