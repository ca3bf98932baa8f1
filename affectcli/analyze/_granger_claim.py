"""What the Granger tests of one direction say, as numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from affectcli.analyze._granger_family import Options, Tested

LEVEL = 0.05


def claim(
    tested: Tested,
    options: Options,
    *,
    q_values: tuple[float, float | None],
    size: int,
    question: dict[str, Any],
) -> Finding:
    """Return one direction's claim; `q_values` are in sample and out of sample."""
    inside, ahead = tested.inside, tested.ahead
    x, y = (tested.effect, tested.cause) if tested.turned else (tested.cause, tested.effect)
    first, second = tested.transforms[:: -1 if tested.turned else 1]
    result: dict[str, Any] = {
        "x": x,
        "y": y,
        "direction": "y->x" if tested.turned else "x->y",
        "cause": tested.cause,
        "effect": tested.effect,
        "freq": tested.freq,
        "n": inside.n,
        "lags": inside.lags,
        "own_lags": inside.own_lags,
        "surplus_lag": inside.surplus,
        "max_lag": options.max_lag,
        "statistic": inside.statistic,
        "p_value": p_value(tested, options),
        "q_value": q_values[0],
        "errors": options.errors,
        "hac_p_value": inside.hac_p_value,
        "family_size": size,
        "window": options.window,
        "forecasts": ahead.forecasts if ahead else 0,
        "cw_lags": ahead.lags if ahead else None,
        "cw_statistic": ahead.statistic if ahead else None,
        "cw_p_value": ahead.p_value if ahead else None,
        "cw_q_value": q_values[1],
        "oos_r2": ahead.r2 if ahead else None,
        "no_forecast": tested.no_forecast or None,
        "transform_x": first,
        "transform_y": second,
        "start": tested.days[0],
        "end": tested.days[-1],
    }
    verdict = _verdict(result)
    return Finding(
        analysis="granger",
        x=x,
        y=y,
        verdict=verdict,
        as_of=tested.as_of,
        result={**result, "verdict": verdict},
        p_value=result["p_value"],
        q_value=q_values[0],
        question={**question, "direction": result["direction"]},
    )


def p_value(tested: Tested, options: Options) -> float:
    """Return the p-value in force: of drawn signs, or of Newey-West errors."""
    return tested.inside.hac_p_value if options.errors == "hac" else tested.inside.p_value


def _verdict(row: dict[str, Any]) -> str:
    cause, effect, size = row["cause"], row["effect"], row["family_size"]
    family = f"{size} tests" if size > 1 else "1 test"
    inside = (
        f"q = {row['q_value']:.2g}, {family}, {row['lags']} lag{'s' if row['lags'] > 1 else ''}"
    )
    if row["cw_q_value"] is None:
        forecast = "forecasts could not be compared"
    else:
        better = row["cw_q_value"] <= LEVEL
        forecast = (
            f"one-step forecasts {'improve' if better else 'do not improve'} "
            f"(Clark-West q = {row['cw_q_value']:.2g}, out-of-sample R² = {row['oos_r2']:.1%})"
        )
    improves = row["cw_q_value"] is not None and row["cw_q_value"] <= LEVEL
    if row["q_value"] > LEVEL:
        if not improves:
            return f"No sign that {cause} helps to predict {effect} ({inside}); {forecast}."
        return (
            f"{cause} shows nothing over the whole span for {effect} ({inside}), yet {forecast}: "
            "a tie that came late, or chance."
        )
    if improves:
        return f"{cause} helps to predict {effect} ({inside}), and its {forecast}."
    return (
        f"The past of {cause} goes with {effect} in sample ({inside}), but {forecast}: "
        "no prediction is claimed."
    )
