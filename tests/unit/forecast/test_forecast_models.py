"""One body over every model, then what is particular to each."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli import parts
from affectcli.errors import AnalysisError
from affectcli.forecast import ets, prophet, seasonal_naive
from affectcli.forecast._outlook import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History
    from tests.unit.forecast.conftest import Make, Simulate

MODELS = load(parts.names("forecast"))
WEEK = [10.0, 12.0, 9.0, 11.0, 14.0, 20.0, 18.0]


def run(
    name: str, history: History, *, horizon: int = 10, samples: int = 60, seed: int = 0
) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return MODELS[name].paths(history, horizon=horizon, samples=samples, rng=rng)


def test_every_model_has_a_help_line() -> None:
    assert set(MODELS) >= {"seasonal_naive", "ets", "prophet"}
    lines = [parts.summary("forecast", name) for name in MODELS]
    assert all(20 < len(line) <= 100 for line in lines)


@pytest.mark.parametrize("name", MODELS)
def test_shares_stay_shares_and_a_seed_repeats(name: str, simulate_share: Simulate) -> None:
    history = simulate_share(phi=0.7, season=0.3, days=120, seed=1)
    np.random.seed(1)  # noqa: NPY002 - the global generator must not matter
    first = run(name, history)
    np.random.seed(2)  # noqa: NPY002 - as above
    state = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002 - the legacy state is a tuple
    again = run(name, history)
    assert state == np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002 - as above
    assert first.shape == (60, 10)
    assert np.isfinite(first).all()
    assert ((first >= 0) & (first <= 1)).all()
    assert first.tobytes() == again.tobytes()
    assert run(name, history, seed=1).tobytes() != first.tobytes()


@pytest.mark.parametrize("name", MODELS)
def test_the_weekday_pattern_is_continued(name: str, make: Make) -> None:
    noise = 0.3 * np.random.default_rng(0).normal(size=10 * 7)
    ahead = np.median(run(name, make(np.tile(WEEK, 10) + noise), horizon=14), axis=0)
    assert ahead == pytest.approx(np.tile(WEEK, 2), abs=1.0)


@pytest.mark.parametrize("name", MODELS)
def test_three_points_are_too_few(name: str, make: Make) -> None:
    with pytest.raises(AnalysisError, match="3 observed days"):
        run(name, make([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("constant", [0.0, 0.25, 1.0])
def test_a_constant_share_stays_constant(name: str, constant: float, make: Make) -> None:
    history = make([constant] * 40, posts=np.linspace(20, 400, 40), share=True)
    assert run(name, history) == pytest.approx(np.full((60, 10), constant), abs=0)


@pytest.mark.parametrize("name", MODELS)
def test_a_month_without_data_in_the_middle(name: str, simulate_share: Simulate) -> None:
    history = simulate_share(phi=0.5, season=0.3, days=120, seed=2)
    history.value[50:80] = np.nan
    ahead = run(name, history)
    assert np.isfinite(ahead).all()
    assert 0.1 < np.median(ahead) < 0.3


@pytest.mark.parametrize("name", ["seasonal_naive", "ets"])  # Prophet's errors do not add up
def test_days_missing_at_the_end_widen_what_follows(name: str, simulate_share: Simulate) -> None:
    history = simulate_share(phi=0.98, season=0.0, days=120, seed=3)
    near = run(name, history, horizon=1, samples=400).std()
    history.value[-28:] = np.nan
    far = run(name, history, horizon=1, samples=400).std()
    assert far > near


@pytest.mark.parametrize("name", MODELS)
def test_a_share_that_touches_its_bounds(name: str, make: Make) -> None:
    value = np.random.default_rng(4).choice([0.0, 0.5, 1.0], size=60)
    assert np.isfinite(run(name, make(value, posts=[2] * 60, share=True))).all()


@pytest.mark.parametrize("name", ["seasonal_naive", "ets"])
def test_ten_days_are_enough_for_a_level(name: str, make: Make) -> None:
    ahead = run(name, make([3.0, 4.0, 3.5, 3.2, 4.1, 3.3, 3.9, 3.6, 3.4, 3.8]))
    assert 2.5 < np.median(ahead) < 4.5


def test_seasonal_naive_repeats_a_perfect_week(make: Make) -> None:
    assert (run("seasonal_naive", make(WEEK * 4), horizon=9) == [*WEEK, *WEEK[:2]]).all()


def test_seasonal_naive_error_grows_with_the_season_not_with_the_day(make: Make) -> None:
    value = np.random.default_rng(5).normal(size=700)
    spread = run("seasonal_naive", make(value), horizon=21, samples=4000).std(axis=0)
    for week, expected in enumerate(np.sqrt([2.0, 4.0, 6.0])):
        assert spread[7 * week : 7 * week + 7] == pytest.approx(np.full(7, expected), rel=0.08)


def test_seasonal_naive_keeps_neighbouring_days_alike(make: Make) -> None:
    level = np.zeros(400)
    for t, e in enumerate(np.random.default_rng(6).normal(size=399), start=1):
        level[t] = 0.9 * level[t - 1] + e
    ahead = run("seasonal_naive", make(level), horizon=7, samples=2000)
    within = np.corrcoef(ahead[:, 2], ahead[:, 3])[0, 1]
    assert within > 0.5


def test_seasonal_naive_skips_missing_days_of_its_weekday(make: Make) -> None:
    value = np.array(WEEK * 4)
    value[[22, 15]] = np.nan
    assert seasonal_naive.paths(
        make(value), horizon=7, samples=1, rng=np.random.default_rng(0)
    ).tolist() == [WEEK]


def test_ets_filled_days_do_not_narrow_the_intervals(make: Make) -> None:
    value = np.random.default_rng(7).normal(size=150)
    whole = run("ets", make(value), samples=1000).std()
    value[40:110] = np.nan
    assert run("ets", make(value), samples=1000).std() > 0.8 * whole


def test_ets_fits_whatever_the_unit(make: Make) -> None:
    value = np.random.default_rng(8).normal(size=60).cumsum()
    small, large = (run("ets", make(unit * value)) for unit in (1e-6, 1e6))
    assert small * 1e12 == pytest.approx(large, rel=1e-3)


def test_ets_needs_ten_days(make: Make) -> None:
    with pytest.raises(AnalysisError, match=r"needs 10 days.*seasonal_naive"):
        run("ets", make(np.arange(9.0)))


def test_ets_needs_three_weeks_for_a_weekday_pattern() -> None:
    z = np.tile(WEEK, 3) + 0.1 * np.random.default_rng(9).normal(size=21)
    z = (z - z.mean()) / z.std()
    assert ets._best(z, seasonal=True).has_seasonal
    assert not ets._best(z, seasonal=False).has_seasonal


def test_prophet_needs_two_weeks(make: Make) -> None:
    with pytest.raises(AnalysisError, match="14 observed days"):
        run("prophet", make(np.arange(13.0)))


def test_prophet_that_does_not_load_is_one_line(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)  # what a broken installation looks like
    with pytest.raises(AnalysisError, match=r"Prophet could not be fitted: .*prophet") as caught:
        run("prophet", make(np.arange(20.0)))
    assert "\n" not in str(caught.value)


def test_prophet_leaves_logging_as_it_was(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        run("prophet", make(np.random.default_rng(10).normal(size=110)))
    assert [record for record in caplog.records if record.name in prophet.LOGGERS] == []
    assert not any(logging.getLogger(name).disabled for name in prophet.LOGGERS)
