"""Granger: a planted lead has one direction, noise has none, forecasts know only their past."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.signal import lfilter
from statsmodels.api import OLS

from affectcli.analyze import granger
from affectcli.analyze._granger_forecast import compare
from affectcli.analyze._granger_score import _by_lags_of_more, regress, score_test
from affectcli.analyze._granger_series import lags, prepare, prepare_from
from affectcli.analyze._granger_signs import Signs
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Series = NDArray[np.float64]

SIGNS = Signs(199, 199, seed=0)


def _planted(n: int = 300, *, lead: int = 2, seed: int = 0) -> tuple[Series, Series]:
    """Return x, AR(0.5), and y that follows it by `lead` days, both as shares of posts."""
    rng = default_rng(seed)
    x = lfilter([1.0], [1.0, -0.5], rng.standard_normal(n + lead + 50))[50:]
    y = 0.5 * x[:n] + rng.standard_normal(n)
    return 0.3 + 0.03 * np.asarray(x[lead:]), 0.3 + 0.03 * y


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _store(ctx: Context, **measures: Series) -> None:
    with ctx.db.write() as con:
        tables.days(con, {name: list(values) for name, values in measures.items()})


def test_a_lead_is_found_in_its_direction_and_improves_forecasts(ctx: Context) -> None:
    x, y = _planted()
    _store(ctx, fear=x, joy=y)
    outcome = granger.run(ctx, x="c/x:fear", y="c/x:joy")
    forth, back = outcome.rows
    assert (forth["cause"], forth["effect"], forth["direction"]) == ("c/x:fear", "c/x:joy", "x->y")
    assert forth["lags"] == 2
    assert forth["q_value"] < 0.01
    assert forth["cw_q_value"] < 0.05
    assert forth["oos_r2"] > 0.05
    assert "helps to predict" in forth["verdict"]
    assert back["direction"] == "y->x"
    assert (back["x"], back["y"]) == ("c/x:fear", "c/x:joy")
    assert back["q_value"] > 0.05
    assert back["verdict"].startswith("No sign that c/x:joy helps to predict c/x:fear")
    assert {row["family_size"] for row in outcome.rows} == {2}
    assert (forth["start"], forth["end"]) == (date(2024, 1, 1), date(2024, 10, 26))
    with ctx.db.read() as con:
        assert con.raw.sql("select count(*) from finding").fetchall() == [(2,)]
    assert granger.run(ctx, x="c/x:fear", y="c/x:joy").rows_out == 0


def test_a_glob_is_one_family_of_both_directions(ctx: Context) -> None:
    rng = default_rng(4)
    noise = {name: 0.3 + 0.03 * rng.standard_normal(150) for name in ("fear", "joy", "love")}
    _store(ctx, **noise)
    outcome = granger.run(ctx, x="c/x:*", y="c/x:*", errors="hac", window="rolling", nulls=199)
    assert len(outcome.rows) == 6
    assert {row["family_size"] for row in outcome.rows} == {6}
    assert all(row["p_value"] == row["hac_p_value"] for row in outcome.rows)
    assert all(row["q_value"] > 0.05 for row in outcome.rows)
    assert "directions tested: 6, past helps in sample at q <= 0.05: 0" in outcome.message


def test_the_future_changes_nothing_before_it(tmp_path: Path) -> None:
    x, y = _planted()
    later = default_rng(9).uniform(0.1, 0.5, (2, 100))
    found = []
    for name, ends in (("a", (x[200:], y[200:])), ("b", later)):
        db = Database(tmp_path / f"{name}.duckdb")
        ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run", 1)
        first, second = (np.r_[s[:200], end] for s, end in zip((x, y), ends, strict=True))
        _store(ctx, fear=first, joy=second)
        until = str(date.fromordinal(date(2024, 1, 1).toordinal() + 200))
        found.append(granger.run(ctx, x="c/x:fear", y="c/x:joy", as_of=until).rows)
    assert found[0] == found[1]
    assert found[0][0]["end"] == date(2024, 7, 18)


def test_bad_input_is_refused_with_a_reason(ctx: Context) -> None:
    rng = default_rng(5)
    good = 0.3 + 0.03 * rng.standard_normal(700)
    gap = good.copy()
    gap[100:500] = np.nan
    _store(ctx, good=good, constant=np.full(700, 0.5), nothing=np.full(700, np.nan), gap=gap)
    with ctx.db.write() as con:
        con.raw.execute("update prevalence set value = null, raw = null where isnan(raw)")
        tables.days(con, {"short": [0.1, 0.3, 0.2, 0.4, 0.3], "twice": list(good[:90])})
        tables.days(con, {"twice": list(good[:90])})
    for other, text in (
        ("constant", "constant"),
        ("nothing", "no value on any day"),
        ("gap", "no value from"),
        ("short", "30 are needed"),
        ("twice", "several values"),
    ):
        with pytest.raises(AnalysisError, match=text) as caught:
            granger.run(ctx, x="c/x:good", y=f"c/x:{other}")
        assert caught.value.code == 10
    with pytest.raises(AnalysisError, match="same signal"):
        granger.run(ctx, x="c/x:good", y="c/x:good")
    with pytest.raises(UsageError, match="no time"):
        granger.run(ctx, x="c/x:good", y="c/x:gap", as_of="soon")


def test_the_score_is_the_robust_one_of_least_squares() -> None:
    x, y = (prepare(s) for s in _planted(seed=3))
    found = regress(x, y, 3)
    nuisance = np.hstack([y.terms, lags(y.filled, y.order)])[found.rows]
    by_hand = OLS(y.values[found.rows], nuisance).fit()
    np.testing.assert_allclose(found.residual, by_hand.resid, atol=1e-10)
    both = OLS(y.values[found.rows], np.hstack([nuisance, lags(x.filled, 3)[found.rows]])).fit()
    ours = np.linalg.lstsq(found.X, found.residual, rcond=None)[0]
    np.testing.assert_allclose(ours, both.params[-3:], atol=1e-8)
    tested = score_test(x, y, max_lag=3, signs=SIGNS)
    scores = found.X[:, : tested.lags] * found.fair[:, None]
    total = found.X[:, : tested.lags].T @ found.residual
    expected = total @ np.linalg.solve(scores.T @ scores, total)
    assert tested.statistic == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("window", ["expanding", "rolling"])
def test_forecasts_are_those_of_a_loop_over_least_squares(window: Any) -> None:  # noqa: ANN401  # a literal
    x, y = _planted(160, seed=6)
    found = compare(x, y, max_lag=2, how="none", weekday=None, signs=SIGNS, window=window)
    half = 80
    a, b = (prepare_from(s, half, how="none", weekday=None) for s in (x, y))
    start = max(b.order, found.lags)
    own = np.hstack([b.terms, lags(b.filled, b.order)])
    both = np.hstack([own, lags(a.filled, found.lags)])
    errors = []
    for t in range(half, 160):
        known = slice(start if window == "expanding" else t - (half - start), t)
        small, large = (
            Z[t] @ np.linalg.lstsq(Z[known], b.values[known], rcond=None)[0] for Z in (own, both)
        )
        errors.append((b.values[t] - small, b.values[t] - large))
    e1, e2 = np.array(errors).T
    f = e1**2 - (e2**2 - (e1 - e2) ** 2)
    assert found.forecasts == 80
    assert found.statistic == pytest.approx(np.sqrt(80) * f.mean() / f.std(ddof=1), rel=1e-4)
    assert found.r2 == pytest.approx(1 - (e2**2).sum() / (e1**2).sum(), rel=1e-4)


def test_gaps_are_bridged_by_predictions_from_the_past_alone() -> None:
    x, _ = _planted()
    gone = x.copy()
    gone[[50, 51, 200]] = np.nan
    first = prepare_from(gone, 150, how="none", weekday=None)
    changed = gone.copy()
    changed[201:] = 0.7
    second = prepare_from(changed, 150, how="none", weekday=None)
    np.testing.assert_array_equal(first.filled[:201], second.filled[:201])
    assert np.isnan(first.values[50])
    assert np.isfinite(first.filled).all()


def test_small_p_values_are_counted_with_more_draws() -> None:
    fine = Signs(99, 5000, seed=1)

    def null(drawn: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(np.abs(drawn.sum(axis=1)), dtype=np.float64)

    assert fine.p_value(0.0, 50, null) == 1
    assert fine.p_value(50.0, 50, null) == pytest.approx(1 / 5001)


def test_a_slow_follower_is_no_leader() -> None:
    """The direction in which there is nothing; with a lag left free where the plain test errs."""
    rng = np.random.default_rng(13)
    found = []
    for _ in range(40):
        y, own = (np.asarray(lfilter([1.0], [1.0, -0.95], rng.standard_normal(602))) for _ in "yx")
        x = 0.4 * y[201:-1] + 0.3 * y[200:-2] + 0.8 * own[202:]
        found.append(score_test(prepare(x), prepare(y[202:]), max_lag=3, signs=SIGNS))
    assert any(one.surplus for one in found)
    claimed = np.mean([one.p_value <= 0.05 for one in found])
    assert claimed <= 0.15  # three standard errors above 5 %
    assert claimed <= np.mean([one.hac_p_value <= 0.05 for one in found])


def test_a_free_lag_takes_its_own_part_of_the_statistic() -> None:
    x, y = (prepare(s) for s in _planted(seed=3))
    found = regress(x, y, 4)
    weighted = found.X * found.fair[:, None]
    variance, total = weighted.T @ weighted, found.residual @ found.X
    (by_lags,) = _by_lags_of_more(found)(total[None])
    for lags_ in (1, 2, 3):
        tested, free = slice(0, lags_), slice(lags_, lags_ + 1)
        beyond = variance[tested, free] / variance[free, free]
        left = total[tested] - beyond @ total[free]
        spread = variance[tested, tested] - beyond @ variance[free, tested]
        assert by_lags[lags_ - 1] == pytest.approx(left @ np.linalg.solve(spread, left), rel=1e-6)


def test_slow_series_with_the_same_shocks_are_no_lead() -> None:
    rng = default_rng(12)
    p = []
    for _ in range(25):
        first, second = rng.standard_normal((2, 500))
        both = 0.5 * first + 0.87 * second
        x, y = (np.asarray(lfilter([1.0], [1.0, -0.95], s))[200:] for s in (first, both))
        p.append(score_test(prepare(x), prepare(y), max_lag=3, signs=SIGNS))
    plain = np.mean([one.hac_p_value <= 0.05 for one in p])
    assert np.mean([one.p_value <= 0.05 for one in p]) <= 0.18  # three standard errors above 5 %
    assert np.mean([one.p_value <= 0.05 for one in p]) <= plain


def test_unrelated_series_are_rarely_called_related() -> None:
    rng = default_rng(11)
    p = []
    for _ in range(60):
        x, y = (lfilter([1.0], [1.0, -0.8], rng.standard_normal(250))[50:] for _ in range(2))
        x[rng.random(200) < 0.2] = np.nan
        a, b = prepare(np.asarray(x)), prepare(np.asarray(y))
        p += [
            score_test(a, b, max_lag=7, signs=SIGNS).p_value,
            score_test(b, a, max_lag=7, signs=SIGNS).p_value,
        ]
    assert np.mean(np.array(p) <= 0.05) <= 0.11  # three standard errors above 5 %
