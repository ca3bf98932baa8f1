"""One body for every part: a new one is tested before its author writes a test."""

from __future__ import annotations

import inspect
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli import parts, runner
from affectcli.errors import AnalysisError
from affectcli.parts import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = [f"{layer} {name}" for layer in ("ingest", "analyze") for name in parts.names(layer)]
TEXTS = [
    "I am so happy for you, congratulations!",
    "I'm terrified that everything will be gone tomorrow.",
    "",
    "🚀🚀🚀",
    "\x00\ud800 lone",
    "今日は",
    "word " * 900,
]


@pytest.mark.parametrize("layer", ["ingest", "tag", "analyze", "forecast", "report", "cli"])
def test_every_part_has_a_help_line(layer: str) -> None:
    assert parts.names(layer)
    for name in parts.names(layer):
        line = parts.summary(layer, name)
        assert 10 < len(line) <= 100, f"{layer}/{name}: {line!r}"


@pytest.mark.parametrize("command", [*STEPS, *runner.STAGES])
def test_every_step_takes_a_context_and_named_parameters(command: str) -> None:
    step = runner.locate(command).run
    first, *others = inspect.signature(step).parameters.values()
    assert first.name == "ctx"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in others)
    required = {p.name: "x" for p in others if p.default is inspect.Parameter.empty}
    assert runner.bind(runner.locate(command), command, required).keys() == {p.name for p in others}


@pytest.mark.parametrize("name", parts.names("tag"))
def test_every_tagger_keeps_its_promise(name: str) -> None:
    part = parts.load("tag", name)
    about = part.describe()
    model = part.load(device="cpu")
    scores: NDArray[np.float32] = model.score(TEXTS)
    assert scores.shape == (len(TEXTS), len(about.labels))
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    alone = np.concatenate([model.score([text]) for text in TEXTS])
    # bf16 keeps 8 bits: a probability may move by about 0.02 with its neighbours in the batch.
    tolerance = 0.03 if model.precision == "bf16" else 1e-4
    assert np.abs(scores - alone).max() < tolerance
    assert model.score([]).shape == (0, len(about.labels))
    assert len({label.name for label in about.labels}) == len(about.labels)
    assert all(min(label.tp, label.fn, label.fp, label.tn) >= 0 for label in about.labels)


def _history(n: int, *, share: bool) -> History:
    rng = np.random.default_rng(n)
    days = [date(2024, 1, 1) + timedelta(k) for k in range(n)]
    value = 0.3 + 0.1 * np.sin(np.arange(n) * 2 * np.pi / 7) + rng.normal(0, 0.03, n)
    value[n // 2] = np.nan
    return History(days, value, np.full(n, 40.0 if share else np.nan), share)


@pytest.mark.parametrize("name", parts.names("forecast"))
@pytest.mark.parametrize("share", [True, False])
def test_every_forecaster_keeps_its_promise(name: str, share: bool) -> None:
    model = parts.load("forecast", name)
    drawn = [
        model.paths(_history(90, share=share), horizon=10, samples=50, rng=np.random.default_rng(7))
        for _ in range(2)
    ]
    assert drawn[0].shape == (50, 10)
    assert np.isfinite(drawn[0]).all()
    assert np.array_equal(drawn[0], drawn[1])
    if share:
        assert ((drawn[0] >= 0) & (drawn[0] <= 1)).all()
    with pytest.raises(AnalysisError):
        model.paths(_history(3, share=share), horizon=5, samples=5, rng=np.random.default_rng(0))
