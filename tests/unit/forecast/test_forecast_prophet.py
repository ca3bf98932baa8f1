"""Prophet: what it says, that it does not look ahead, and what happens when it is broken."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import AnalysisError
from affectcli.forecast import prophet
from tests.unit.forecast.histories import HORIZON, causal, history, points

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEEK = np.array([10.0, 12.0, 9.0, 11.0, 14.0, 20.0, 18.0])


def weekly(rows: int = 49, *, seed: int = 0) -> NDArray[np.float64]:
    noise = 0.3 * np.random.default_rng(seed).normal(size=rows)
    return np.resize(WEEK, rows) + noise


def test_the_weekday_pattern_is_continued() -> None:
    said = points(prophet, history(weekly()))[-1]
    assert said == pytest.approx(np.resize(WEEK, HORIZON), abs=1.0)


def test_weeks_have_no_weekday_pattern() -> None:
    said = points(prophet, history(np.arange(30.0), step=7))[-1]
    assert said == pytest.approx(np.arange(30.0, 30.0 + HORIZON), abs=3.0)


def test_no_row_looks_ahead() -> None:
    past = history(weekly(40))
    for row in (20, 27, 33):
        causal(prophet, past, row)


def test_gaps_do_not_matter() -> None:
    z = weekly(90)
    z[30:60] = np.nan
    z[np.random.default_rng(1).random(90) < 0.3] = np.nan
    z[0] = WEEK[0]
    said = points(prophet, history(z))
    assert np.isfinite(said[-1]).all()
    assert said[-1] == pytest.approx(np.resize(np.roll(WEEK, -90 % 7), HORIZON), abs=2.5)


def test_two_weeks_must_have_been_observed() -> None:
    z = weekly(20)
    z[5:8] = np.nan
    said = points(prophet, history(z))
    assert np.isnan(said[:16]).all()
    assert np.isfinite(said[16:]).all()


def test_neither_unit_nor_level_matter() -> None:
    z = weekly(21)
    said = points(prophet, history(z))
    assert points(prophet, history(1e-3 * z - 7)) == pytest.approx(
        1e-3 * said - 7, rel=1e-6, nan_ok=True
    )


def test_an_announced_event_is_expected() -> None:
    z = weekly(56)
    flags = np.zeros((len(z) + HORIZON, 1))
    flags[[20, 33, 41, 50, 60]] = 1.0
    z += 8 * flags[: len(z), 0]
    past = history(z)
    plain, told = (points(prophet, p)[-1] for p in (past, replace(past, ahead=flags)))
    day = 60 - len(z)
    assert told[day] - plain[day] > 4
    causal(prophet, replace(past, ahead=flags), 27)


def test_a_fit_serves_its_rows_and_no_row_before_since_is_made() -> None:
    past = history(weekly(40))
    whole = points(prophet, past)
    later = prophet.points(past, horizon=HORIZON, since=30, seed=1)
    assert np.isfinite(later[30:]).all()
    assert np.isnan(later[:20]).all()
    np.testing.assert_array_equal(later[30:], whole[30:])
    # Fits at the rows 13, 20, ...: what row 14 says of a day is what row 13 said of it.
    np.testing.assert_array_equal(whole[14, :-1], whole[13, 1:])


def test_a_seed_repeats_and_numpys_global_generator_is_left_alone() -> None:
    past = history(weekly(30))
    np.random.seed(1)  # noqa: NPY002 - the global generator must not matter
    first = points(prophet, past)
    np.random.seed(2)  # noqa: NPY002 - as above
    state = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002 - the legacy state is a tuple
    again = points(prophet, past)
    assert state == np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002 - as above
    assert first.tobytes() == again.tobytes()


def test_nothing_is_logged_and_logging_is_left_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        points(prophet, history(weekly(110)))
    assert [record for record in caplog.records if record.name in prophet.LOGGERS] == []
    assert not any(logging.getLogger(name).disabled for name in prophet.LOGGERS)


def test_a_package_that_does_not_load_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)  # what a broken installation looks like
    with pytest.raises(AnalysisError, match=r"^Prophet does not load: .*prophet") as caught:
        points(prophet, history(weekly()))
    assert "\n" not in str(caught.value)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a path at which Prophet looks for its Stan program, where there is none yet."""
    path = tmp_path / "stan_model" / "prophet_model.bin"
    path.parent.mkdir()
    monkeypatch.setattr("prophet.models.importlib.resources.files", lambda _package: tmp_path)
    return path


def test_a_missing_stan_program_is_one_line(program: Path) -> None:
    assert not program.exists()
    with pytest.raises(AnalysisError, match=r"^Prophet does not load: ") as caught:
        points(prophet, history(weekly()))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("crash", ["exit 70", "kill -SEGV $$"])
def test_a_stan_program_that_dies_is_one_line(program: Path, crash: str) -> None:
    program.write_text(f"#!/bin/sh\necho Rejecting initial value >&2\n{crash}\n")
    program.chmod(0o755)
    with pytest.raises(AnalysisError, match=r"^Prophet could not be fitted: ") as caught:
        points(prophet, history(weekly()))
    assert "\n" not in str(caught.value)
    assert "other models" in str(caught.value)


def test_a_stan_program_in_that_place_that_works(program: Path) -> None:
    true = Path(sys.modules["prophet"].__file__ or "").parent / "stan_model" / program.name
    program.write_text(f'#!/bin/sh\ntouch {program.parent}/ran\nexec {true} "$@"\n')
    program.chmod(0o755)
    assert np.isfinite(points(prophet, history(weekly(20)))[-1]).all()
    assert (program.parent / "ran").exists()
