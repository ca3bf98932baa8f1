"""All pairs of two sets of signals in both directions; each series is prepared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from affectcli.analyze._align import Calendars, Dated, check_span, on, weekdays
from affectcli.analyze._granger_forecast import OutOfSample, Window, compare
from affectcli.analyze._granger_score import InSample, score_test
from affectcli.analyze._granger_series import Past, prepare
from affectcli.analyze._granger_signs import Signs
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray

Names = tuple[str, str]
FINEST = 100_000
"""Most draws for one p-value; forecasts, whose draws cost more, get a tenth."""


@dataclass(frozen=True)
class Options:
    """What is asked of every pair; the fields are the options of `affect analyze granger`."""

    max_lag: int
    transform: Literal["auto", "none", "diff", "dlog"]
    errors: Literal["wild", "hac"]
    window: Window
    nulls: int
    as_of: str


@dataclass(frozen=True)
class Tested:
    """One direction of a pair: does the past of `cause` help to know `effect`?"""

    cause: str
    effect: str
    turned: bool
    """Whether `cause` is the y of the command, and `effect` its x."""
    inside: InSample
    ahead: OutOfSample | None
    no_forecast: str
    """Why there is no out-of-sample comparison."""
    transforms: Names
    """Of cause and effect."""
    freq: str
    days: Sequence[date]
    as_of: datetime


class Family:
    """Signals laid on their calendars; series that several pairs share are prepared once."""

    def __init__(
        self,
        signals: Mapping[str, Dated | AnalysisError],
        options: Options,
        *,
        size: int,
        seed: int,
    ) -> None:
        self._signals, self._options = signals, options
        self._calendars = Calendars([s for s in signals.values() if isinstance(s, Dated)])
        # The best of `size` tests needs p <= 0.05 / size: forty times as many draws count it.
        most = min(max(options.nulls, 40 * size), FINEST)
        self._signs = Signs(options.nulls, most, seed=seed)
        self._few_signs = Signs(options.nulls, min(most, FINEST // 10), seed=seed + 1)
        self._prepared: dict[object, Past] = {}

    def test(self, names: Names) -> list[Tested]:
        """Test both directions of one pair.

        Raises:
            AnalysisError: neither can be tested.
        """
        x, y = (self._usable(name) for name in names)
        check_span(x, y)
        start, end = max(x.first, y.first), min(x.last, y.last)
        freq, calendar = self._calendars.of(x, y)
        inside = [start <= day <= end for day in calendar]
        days = [day for day, within in zip(calendar, inside, strict=True) if within]
        if len(days) < 30:
            raise AnalysisError(f"They share {len(days)} {freq}s; 30 are needed.")
        weekday = None if freq == "week" else weekdays(days)
        series = [on(calendar, signal, freq)[inside] for signal in (x, y)]
        key = (freq, start, end, len(days))
        pasts = [
            self._past((name, *key), values, weekday)
            for name, values in zip(names, series, strict=True)
        ]
        found = []
        for turned in (False, True):
            step = -1 if turned else 1
            (cause, effect), (a, b) = names[::step], pasts[::step]
            ahead, why = self._forecast(series[::step], weekday)
            score = score_test(a, b, max_lag=self._options.max_lag, signs=self._signs)
            as_of, transforms = max(x.as_of, y.as_of), (a.transform, b.transform)
            found.append(
                Tested(cause, effect, turned, score, ahead, why, transforms, freq, days, as_of)
            )
        return found

    def _usable(self, name: str) -> Dated:
        signal = self._signals[name]
        if isinstance(signal, AnalysisError):
            raise signal
        return signal

    def _past(
        self, key: object, values: NDArray[np.float64], weekday: NDArray[np.int64] | None
    ) -> Past:
        if key not in self._prepared:
            self._prepared[key] = prepare(values, how=self._options.transform, weekday=weekday)
        return self._prepared[key]

    def _forecast(
        self,
        series: Sequence[NDArray[np.float64]],
        weekday: NDArray[np.int64] | None,
    ) -> tuple[OutOfSample | None, str]:
        try:
            found = compare(
                *series,
                max_lag=self._options.max_lag,
                how=self._options.transform,
                weekday=weekday,
                signs=self._few_signs,
                window=self._options.window,
            )
        except AnalysisError as error:
            return None, error.what
        return found, ""
