"""What a tested pair says: the numbers of one row, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from affectcli.analyze._ccf import Prepared
    from affectcli.analyze._xcorr_family import Pair

LEVEL = 0.05
CUT = "00:00"
"""When a day of posts ends, on the clock of the zone in which the daily series were cut."""
BARELY = 0.6
"""Share of windows with the peak's sign below which one episode may have made it."""


def claim(
    pair: Pair, q_value: float, size: int, question: Mapping[str, Any], *, zone: str
) -> Finding:
    """Return the finding of a pair in a family of `size`."""
    lead = pair.lead
    both = [np.flatnonzero(np.isfinite(side.raw)) for side in (pair.x, pair.y)]
    first, last = max(s[0] for s in both), min(s[-1] for s in both)
    result: dict[str, Any] = {
        "x": pair.names[0],
        "y": pair.names[1],
        "freq": pair.freq,
        "n": lead.n,
        "start": pair.days[first],
        "end": pair.days[last],
        "day_cut": CUT,
        "tz": zone,
        "missing_x": _missing(pair.x, first, last),
        "missing_y": _missing(pair.y, first, last),
        "transform_x": lead.transform_x,
        "transform_y": lead.transform_y,
        "adf_p_x": pair.x.transform.adf_p,
        "kpss_p_x": pair.x.transform.kpss_p,
        "adf_p_y": pair.y.transform.adf_p,
        "kpss_p_y": pair.y.transform.kpss_p,
        "whitened": lead.view,
        "order_x": lead.order_x,
        "order_y": lead.order_y,
        "lags": lead.lags.tolist(),
        "r": _listed(lead.r),
        "band_low": _listed(lead.band_low),
        "band_high": _listed(lead.band_high),
        "peak_lag": lead.peak_lag,
        "peak_r": lead.peak_r,
        "p_value": lead.p_value,
        "q_value": q_value,
        "family_size": size,
        "nulls": lead.nulls,
        "null": question["null"],
        "raw_r": _listed(lead.raw_r),
        "detectable_r": lead.detectable,
        "power": f"With these data |r| >= {lead.detectable:.2f} would be found with "
        "probability 0.8.",
        "windows": lead.stability.windows,
        "same_sign": lead.stability.same_sign,
        "same_lag": lead.stability.same_lag,
    }
    verdict = _verdict(result)
    return Finding(
        analysis="xcorr",
        x=pair.names[0],
        y=pair.names[1],
        verdict=verdict,
        as_of=pair.as_of,
        result={**result, "verdict": verdict},
        p_value=lead.p_value,
        q_value=q_value,
        question=dict(question),
    )


def _missing(side: Prepared, first: int, last: int) -> int:
    return int(np.isnan(side.raw[first : last + 1]).sum())


def _listed(values: NDArray[np.float64]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _verdict(result: Mapping[str, Any]) -> str:
    """Say in words what the test showed."""
    x, y, lag, r, q = (result[key] for key in ("x", "y", "peak_lag", "peak_r", "q_value"))
    unit = result["freq"]
    away = f"{abs(lag)} {unit}{'s' if abs(lag) != 1 else ''}"
    size = result["family_size"]
    family = f"{size} pair{'s' if size != 1 else ''} tested"
    if q > LEVEL:
        where = f"{lag:+d} {unit}s" if lag else f"the same {unit}"
        p = result["p_value"]
        weighed = (
            f"is one that unrelated series show (p = {p:.2g}, q = {q:.2g}, {family})"
            if p > LEVEL
            else f"would count alone (p = {p:.2g}), but not as the best of {family} (q = {q:.2g})"
        )
        return (
            f"No lead or lag found between {x} and {y}: the largest correlation, r = {r:.2f} at "
            f"{where}, {weighed}; with these data |r| >= {result['detectable_r']:.2f} would be "
            f"found with probability 0.8."
        )
    if lag == 0:
        said = f"{x} and {y} move together on the same {unit}"
    elif lag > 0:
        said = f"{x} leads {y} by {away}"
    else:
        said = f"{x} follows {y} by {away}"
    return f"{said}: r = {r:.2f} (q = {q:.2g}, {family}, n = {result['n']}){_held(result)}."


def _held(result: Mapping[str, Any]) -> str:
    """Say in how many windows the sign was the same."""
    share, windows = result["same_sign"], result["windows"]
    if share is None:
        return ""
    seen = f"; the sign is the same in {round(share * windows)} of {windows} windows"
    return seen + (", so that one episode may have made it" if share < BARELY else "")
