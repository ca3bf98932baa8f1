"""Instrument breaks stand before the mood: on the first page, on every figure over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.report import _breaks, _changed, _figures, _material, _rows
from affectcli.store.findings import Finding, store
from tests.unit.report.conftest import COMMUNITY, START, build, midnight

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.unit.report.conftest import World

BROKE, AGAIN, ROSE = START + timedelta(60), START + timedelta(110), START + timedelta(90)


def shift(measure: str, day: date, family: int, **result: Any) -> Finding:  # noqa: ANN401  # any
    asked = f"{COMMUNITY}:* of {family}"
    return Finding(
        analysis="changepoints",
        x=f"{COMMUNITY}:{measure}",
        verdict=f"{COMMUNITY}:{measure} shifted on {day}.",
        as_of=midnight(2024, 7, 1),
        result={"ts": day, "family_size": family, "asked": asked, "found": True, **result},
        p_value=0.001,
        q_value=0.01,
        question={"asked": asked, "day": str(day)},
    )


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> _material.Material:
    world: World = build(folder(tmp_path_factory) / "affect.duckdb")
    broken = {"kind": "instrument", "cause": "tagger"}
    store(
        world.context(),
        [
            shift("instrument.tagger", BROKE, 9, **broken),
            shift("instrument.tagger", AGAIN, 9, **broken),
            shift("fear", ROSE, 30, kind="level", cause=None),
            shift("fear", ROSE + timedelta(1), 1, kind="level", cause=None),
            shift("joy", BROKE, 30, **broken),
        ],
    )
    span = _material.period(None, None)
    return _material.gather(world.context(), community=None, assets=None, span=span)


def folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("breaks")


def test_the_instrument_is_apart_from_the_mood(material: _material.Material) -> None:
    said = [sentence.text for sentence in _changed.what_broke(material).sentences]
    assert f"instrument.tagger shifted on {AGAIN}." in said[0]
    assert f"instrument.tagger shifted on {BROKE}." in said[1]
    assert f"joy shifted on {BROKE}." in said[2]
    mood = [sentence.text for sentence in _changed.what_changed(material).sentences]
    assert f"fear shifted on {ROSE}." in mood[0]
    assert not any("joy shifted" in text or "instrument" in text for text in mood)


def test_of_two_families_only_the_larger_speaks(material: _material.Material) -> None:
    told = [claim.result["ts"] for claim in material.about("changepoints") if "fear" in claim.x]
    assert told == [str(ROSE)]


def test_every_figure_over_time_marks_the_breaks(material: _material.Material) -> None:
    chosen = _rows.chosen(material, 3)
    assert list(_rows.timeline(material, chosen, []).breaks) == [BROKE, AGAIN]
    before = (START, BROKE - timedelta(1))
    assert _breaks.days(material, before) == []
    assert _breaks.note(material, before) == []
    lead = _figures.blocks(material, 3)[0]
    assert f"not the mood: {BROKE} (tagger), {AGAIN} (tagger)." in " ".join(lead.notes)
    pictures = [block.picture(1.0) for block in _figures.blocks(material, 3)]
    marked = [picture for picture in pictures if picture and b"stroke: #c44e00" in picture]
    assert len(marked) >= 3


def test_a_highest_week_soon_after_a_break_is_doubted(material: _material.Material) -> None:
    claim = next(c for c in material.about("levels") if c.x.endswith(":fear"))
    assert _changed._caution(material, claim) == ""
    late = {**claim.result, "peak_start": str(AGAIN), "peak_end": str(AGAIN + timedelta(6))}
    doubted = _changed._caution(material, replace(claim, result=late))
    assert doubted == " The instrument broke near then: see what broke."
