"""A pipeline around failures: needs, retries, limits, conditions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from affectcli import interrupt, parts, runner
from affectcli.errors import AnalysisError, BudgetError, LockedError, ThresholdError, UsageError
from affectcli.runner import _step
from affectcli.runner._terms import Terms
from affectcli.store import Database, Outcome
from tests.unit.runner.conftest import levels, series, statuses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.runner import Done
    from affectcli.settings import Settings


def test_what_does_not_need_a_failed_step_still_runs(night: Callable[..., Done]) -> None:
    done = night(
        series("few", "few")
        + levels("few")
        + levels("few", 'id = "again"').replace('id = "levels few"\n', "")
        + series("calls", more="needs = []")
        + levels("calls", 'needs = ["calls"]')
        + levels("nothing", "needs = []"),
    )
    assert statuses(done) == {
        "few": "done",
        "levels few": "failed",
        "again": "passed over",
        "calls": "done",
        "levels calls": "done",
        "levels nothing": "failed",
    }
    assert isinstance(done.error, AnalysisError)  # the first cause, not the last
    assert "Step 2 of 6 (levels few)" in str(done.error)
    assert [row["exit_code"] for row in done.rows] == [0, 10, None, 0, 0, 2]
    assert done.rows[2]["message"] == "needs levels few"


def test_an_allowed_exit_code_is_no_failure(night: Callable[..., Done]) -> None:
    done = night(
        series("few", "few")
        + levels("few", "allow = [10]")
        + "[[step]]\ndo = 'check'\nneeds = ['levels few']\n"
    )
    assert done.error is None
    assert statuses(done) == {"few": "done", "levels few": "allowed", "check": "done"}
    assert done.rows[1]["exit_code"] == 10


def test_a_step_for_each_value_waits_for_its_own(night: Callable[..., Done]) -> None:
    text = (
        '[vars]\nwhich = ["calls", "few"]\n'
        '[[step]]\ndo = "ingest series"\nfor_each = "${which}"\npath = "FOLDER/${each}.csv"\n'
        'name = "${each}"\n'
        '[[step]]\ndo = "analyze levels"\nfor_each = "${which}"\nsignal = "series/${each}:*"\n'
        '[[step]]\ndo = "analyze levels"\nid = "again"\nfor_each = "${which}"\n'
        'signal = "series/${each}:*"\nrecent = 14\n'
    )
    done = night(text)
    assert statuses(done) == {
        "ingest series [calls]": "done",
        "ingest series [few]": "done",
        "analyze levels [calls]": "done",
        "analyze levels [few]": "failed",
        "again [calls]": "done",
        "again [few]": "passed over",
    }
    assert statuses(night(text, variables={"which": "calls"})) == {
        "ingest series [calls]": "done",
        "analyze levels [calls]": "unchanged",
        "again [calls]": "unchanged",
    }


def test_from_and_only_mean_steps_by_number_id_or_command(night: Callable[..., Done]) -> None:
    text = series("calls") + levels("calls") + levels("calls", "recent = 14")
    assert night(text).error is None
    assert [row["step"] for row in night(text, start="levels calls").rows] == [2, 3]
    assert [row["step"] for row in night(text, start="3").rows] == [3]
    assert [row["step"] for row in night(text, only=("calls", "3")).rows] == [1, 3]
    with pytest.raises(UsageError, match=r"no step 'fly'.*1 calls"):
        night(text, start="fly")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('needs = ["later"]', "needs 'later'"),
        ("retries = -1", "retries"),
        ('timeout = "soon"', "timeout"),
        ("for_each = []", "for_each has no value"),
        ("allow = ['x']", "allow"),
    ],
)
def test_mistakes_are_found_before_anything_runs(
    more: str, says: str, night: Callable[..., Done], settings: Settings
) -> None:
    with pytest.raises(UsageError, match=says):
        night(series("calls", more=more))
    assert not settings.db.exists()


def test_a_variable_that_comes_out_empty_was_not_given(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[vars]\nend = ""\n[[step]]\ndo = "report"\noutput = "x.pdf"\nuntil = "${end}"')
    assert "until" not in runner.read_pipeline(path, {}).steps[0].params
    assert runner.read_pipeline(path, {"end": "2024"}).steps[0].params["until"] == "2024"


def test_no_step_has_a_parameter_that_is_a_term() -> None:
    commands = [f"{s} {p}" for s in _step.STAGES_OF_PARTS for p in parts.names(s)]
    for command in (*commands, *_step.STAGES, *parts.names("runner")):
        fields = _step._parameters(runner.locate(command)).model_fields
        assert not fields.keys() & Terms.model_fields.keys(), command


class Flaky:
    """A step that fails as often as told, then works."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def run(self, ctx: object) -> Outcome:
        del ctx
        if self.errors:
            raise self.errors.pop(0)
        return Outcome(message="worked")


def test_a_limit_or_a_lock_is_tried_again(
    night: Callable[..., Done], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database(settings.db).write():
        pass
    flaky = Flaky(BudgetError("no more requests"), LockedError("held"))
    monkeypatch.setattr(_step, "locate", lambda _: flaky)
    text = "[[step]]\ndo = 'check'\nretries = 2\npause = 0\n"
    assert statuses(night(text)) == {"check": "done"}
    flaky.errors = [BudgetError("a"), BudgetError("b"), BudgetError("c")]
    assert night(text).error.code == 5  # type: ignore[union-attr]  # there is one
    flaky.errors = [AnalysisError("no second try"), AnalysisError("left")]
    assert night(text).error.code == 10  # type: ignore[union-attr]  # there is one
    assert len(flaky.errors) == 1


def _count(until: float, *, checks: bool) -> None:
    while time.monotonic() < until:
        if checks:
            interrupt.check("again")


@pytest.mark.parametrize("checks", [True, False])
def test_a_limit_stops_at_the_next_check_or_wherever_it_is(
    checks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupt, "GRACE", 0.02)
    late, end = BudgetError("too long"), time.monotonic() + 20
    with pytest.raises(BudgetError, match="too long"), interrupt.limit(0.02, late):
        _count(end, checks=checks)
    assert time.monotonic() < end
    interrupt.check("again")  # what is over limits nothing any more


def test_a_step_over_its_time_is_exit_5_and_not_tried_again(night: Callable[..., Done]) -> None:
    done = night(series("calls", more="timeout = 0.001\nretries = 3\npause = 0"))
    if done.error is not None:  # a machine may be that fast
        assert done.error.code == 5  # type: ignore[attr-defined]  # an AffectError
        assert "longer than its 0.001 s" in str(done.error)


def test_conditions_at_the_end(night: Callable[..., Done]) -> None:
    text = series("calls")
    assert night(text, fail_if=("(select count(*) from series) < 100",)).error is None
    assert night(text, fail_if=("select value > 3 from series where false",)).error is None
    done = night(text, fail_if=("select count(*) from series",))
    assert isinstance(done.error, ThresholdError)
    assert done.error.code == 11
    with pytest.raises(UsageError, match="no condition"):
        raise night(text, fail_if=("'words'",)).error or AssertionError
    with pytest.raises(UsageError, match="SQL"):
        raise night(text, fail_if=("selec 1",)).error or AssertionError


def test_a_check_is_a_step(night: Callable[..., Done]) -> None:
    check = "[[step]]\ndo = 'check'\n"
    assert night(series("calls") + check).rows[1]["message"].endswith("hold")
    assert night(check + "fail_if = '1 > 2'\n").error is None
    assert night(check + "fail_if = '2 > 1'\n").error.code == 11  # type: ignore[union-attr]  # there is one
