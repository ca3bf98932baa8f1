"""The pairs of signals and assets that were asked for, each traded, or why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from affectcli.analyze._backtest_bars import Bars, Spoken, bars, spoken
from affectcli.analyze._backtest_trial import Options, Trial, decisions, trial
from affectcli.errors import AnalysisError
from affectcli.store.places import called

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from affectcli.analyze._shifts import Turns


@dataclass(frozen=True)
class Pair:
    """One signal traded on one asset."""

    signal: str
    asset: str
    on: Bars
    of: Spoken
    trial: Trial


@dataclass(frozen=True)
class Trading:
    """How all pairs are traded, and the random timings that they share.

    `same` asks for the asset that a signal's community is named after, and no other.
    """

    how: Options
    drawn: Turns
    same: bool


def traded(
    frames: Mapping[str, pl.DataFrame],
    held: Mapping[str, pl.DataFrame],
    by: Trading,
    reasons: dict[str, str],
) -> Iterator[Pair]:
    """Yield the pairs of signals and assets that can be traded; note in `reasons` why not."""
    said = dict(_readable(frames, reasons))
    on: dict[str, Bars] = {}
    for name, frame in held.items():
        try:
            on[name] = bars(name, frame)
        except AnalysisError as error:
            reasons[name] = error.what
    for signal, of in said.items():
        decided = decisions(of, by.how)
        for asset, market in on.items():
            if by.same and not called(signal) & called(f"asset/{asset}:"):
                continue
            try:
                found = trial(of, market, by.how, by.drawn, held=decided)
            except AnalysisError as error:
                reasons[f"{signal} on {asset}"] = error.what
            else:
                yield Pair(signal, asset, market, of, found)


def _readable(
    frames: Mapping[str, pl.DataFrame], reasons: dict[str, str]
) -> Iterator[tuple[str, Spoken]]:
    for name, frame in frames.items():
        try:
            yield name, spoken(frame)
        except AnalysisError as error:
            reasons[name] = error.what
