"""Many signals at once: the same as one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast import _many

if TYPE_CHECKING:
    from tests.unit.forecast.conftest import Make, Simulate

ASKED: dict[str, Any] = {"horizon": 7, "origins": 5, "high": "q80", "seed": 0}


def test_processes_change_nothing(
    simulate_share: Simulate, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    signals = {
        str(seed): simulate_share(phi=0.5, season=0.3, days=60, seed=seed) for seed in range(4)
    }
    signals["short"] = make([1.0, 2.0, 3.0])
    asked = {**ASKED, "models": ["seasonal_naive", "naive"]}
    together = list(_many.studies(signals, **asked))
    monkeypatch.setattr(_many, "ALONE", 99)
    alone = list(_many.studies(signals, **asked))
    assert [name for name, _ in together] == list(signals)
    assert together[:4] == alone[:4]
    assert isinstance(together[4][1], AnalysisError)
    assert str(together[4][1]) == str(alone[4][1])


def test_a_wrong_name_is_the_command_s_error(simulate_share: Simulate) -> None:
    signals = {"a": simulate_share(phi=0.5, season=0.3, days=60, seed=1)}
    with pytest.raises(UsageError, match="arimax"):
        list(_many.studies(signals, **ASKED, models=["arimax"]))
