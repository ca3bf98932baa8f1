"""Page 1 against the database: every number of every sentence is one of its row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.report import _answers, _material
from affectcli.store.findings import Finding, store
from tests.unit.report.conftest import COMMUNITY, build, midnight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.report.conftest import World

SIGNAL = f"{COMMUNITY}:fear"
DATE = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
TABLES = {"daily", "label", "finding"}


def asked(analysis: str, x: str, y: str | None, verdict: str, **result: Any) -> Finding:  # noqa: ANN401  # any
    q = result.get("q_value")
    return Finding(analysis, x, verdict, midnight(2024, 6, 29), result, y, q, q, {"of": verdict})


def all_analyses() -> list[Finding]:
    """Return a claim of each analysis, in words as its command stores them."""
    level = {"family_size": 9, "asked": "x", "found": True, "q_value": 0.01}
    broke = {**level, "kind": "instrument", "cause": "bots", "ts": "2024-05-01"}
    return [
        asked("changepoints", SIGNAL, None,
              f"{SIGNAL} rose from 0.21 to 0.31 on 2024-04-09 (q = 0.01, 9 signals searched).",
              **level, kind="level", ts="2024-04-09"),
        asked("changepoints", f"{COMMUNITY}:instrument.bots", None,
              f"Instrument break in {COMMUNITY} on 2024-05-01, a change in repeated posts: share "
              "of texts repeated within a week from 0.02 to 0.16 (q = 0.01). Shifts of its series "
              "around that day are not to be read as mood.", **broke),
        asked("drivers", SIGNAL, None,
              f"{SIGNAL} rose from 21.0 % (2024-03-01/2024-04-01) to 31.0 % (2024-04-01/2024-05-01)"
              ", +10.0 points (+4.0 to +16.0). What stands out in the rise: newcomers 60 %.",
              window="2024-04-01/2024-05-01", baseline="2024-03-01/2024-04-01", total={"why": ""}),
        asked("causes", SIGNAL, "moon, rocket",
              f"31% (25% to 37%) of the 412 causes of fear in {COMMUNITY} are about moon, rocket "
              "(80 authors); rising by 4.1 points a year (+1.0 to +7.2; q = 0.03, 5 trends).",
              authors=80, q_value=0.03),
        asked("granger", SIGNAL, "asset/TIDE-USD:return",
              f"{SIGNAL} helps to predict asset/TIDE-USD:return (q = 0.02, 4 tests, 1 lag).",
              direction="x->y", q_value=0.02, family_size=4),
        asked("events", SIGNAL, "Fed: No. 3 <b>",
              f"No effect of “Fed: No. 3 <b>” (2 dates) on {SIGNAL} found: +0.01, placebo dates "
              "show as much (p = 0.4, q = 0.6, 3 tests).", q_value=0.6, family_size=3),
        asked("backtest", SIGNAL, "asset/TIDE-USD",
              f"up of {SIGNAL} on TIDE-USD: no better than chance; 67% of random timings with the "
              "same spells earned less (p = 0.33, q = 1, 86 rules asked for). After 10 bp a side: "
              "0.98x.", rule="up", q_value=1.0, family_size=86),
        asked("panel", "fear", "asset/*:return",
              "No sign that fear tells the next return: -0.5 basis points for one standard "
              "deviation (q = 0.88, 25 terms tested, 70 assets, 472 days).", q_value=0.88,
              model="together", family_size=25),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> _material.Material:
    world: World = build(tmp_path_factory.mktemp("page") / "a.duckdb")
    store(world.context(), all_analyses())
    span = _material.period(None, None)
    return _material.gather(world.context(), community=None, assets=None, span=span)


def flat(value: Any) -> Iterator[float]:  # noqa: ANN401  # any JSON value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from flat(item)
    elif isinstance(value, int | float):
        yield float(value)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def stated(number: str, row: dict[str, Any], verdict: str) -> bool:
    """Return whether a number of a sentence is one of its row, as it is or in percent."""
    if number in NUMBER.findall(verdict):
        return True
    digits = len(number.partition(".")[2])
    forms = {form for v in flat(row) for form in
             (f"{v:.{digits}f}", f"{100 * v:.{digits}f}", f"{v:.2g}", f"{v:,.3g}")}  # fmt: skip
    return number.lstrip("+") in forms


def test_every_number_of_every_sentence_is_in_its_row(material: _material.Material) -> None:
    claims = {claim.finding_id: claim for claim in material.claims}
    checked = 0
    for answer in _answers.answers(material):
        for sentence in answer.sentences:
            if sentence.source in TABLES or not sentence.source:
                continue
            claim = claims[sentence.source]
            alerts = [r for r in material.alerts.rows(named=True) if r["signal"] == claim.x]
            row = {**claim.result, "p": claim.p_value, "q": claim.q_value,
                   "alerts": [[r["probability"], r["threshold"]] for r in alerts]}  # fmt: skip
            said, verdict = plain(f"{sentence.strong} {sentence.text}"), plain(claim.verdict)
            known = f"{json.dumps(claim.result, default=str)} {verdict} {alerts}"
            known += " ".join(str(r[key]) for r in alerts for key in ("starts", "ends", "origin"))
            for day in DATE.findall(said):
                assert day in known, (day, said)
            for number in NUMBER.findall(DATE.sub("", said)):
                assert stated(number, row, verdict), (number, said)
                checked += 1
    assert checked > 40


def test_every_analysis_has_its_sentence(material: _material.Material) -> None:
    told = {s.source for a in _answers.answers(material) for s in a.sentences}
    named = {source.rpartition("-")[0] for source in told}
    assert named >= {"levels", "changepoints", "drivers", "causes", "xcorr", "granger", "events",
                     "panel", "backtest", "forecast"}  # fmt: skip


def test_sentences_are_verdicts_without_what_page_one_says_otherwise(
    material: _material.Material,
) -> None:
    said = [s.text for a in _answers.answers(material) for s in a.sentences]
    assert "rule asked for" not in " ".join(said)
    assert any(text.endswith("86 rules asked for).") for text in said)
    assert any("“Fed: No. 3 <b>”" in text for text in said)
    assert not any("not to be read as mood" in text for text in said)
    broke = next(a for a in _answers.answers(material) if a.question.startswith("What broke"))
    assert broke.more == "No shift around these days is to be read as mood."


def test_now_is_set_beside_the_week_the_month_and_the_year_before(
    material: _material.Material,
) -> None:
    table = _answers.answers(material)[0].table
    assert table is not None
    assert table.head == ["", "Last 7 days", "less the week before", "less the month before",
                          "less the year before"]  # fmt: skip
    by_name = {row[0]: row[1:] for row in table.rows}
    days = material.daily.filter(material.daily["measure"] == "fear").sort("day").tail(7)
    mean = 100 * float(days["value"].drop_nulls().mean() or 0)  # type: ignore[arg-type]  # a number
    assert plain(by_name["fear"][0]).startswith(f"{mean:.0f} % (")
    low, high = (float(v) for v in re.findall(r"\((.+) to (.+)\)", by_name["fear"][0])[0])
    assert low < mean < high
    assert by_name["fear"][3] == "\u2013"


def test_drivers_on_windows_of_nine_authors_are_withheld(tmp_path: Path) -> None:
    world: World = build(tmp_path / "a.duckdb", findings=False)
    few = asked("drivers", SIGNAL, None, "…", window="2024-01-01/2024-01-02",
                baseline="2024-02-01/2024-03-01")  # fmt: skip
    nine = asked("causes", SIGNAL, "moon", "…", authors=9)
    rows = [{"role": "driver", "authors": 9}]
    row = asked("drivers", SIGNAL, "terms", "… terms", window="2024-04-01/2024-05-01", rows=rows,
                baseline="2024-02-01/2024-03-01")  # fmt: skip
    store(world.context(), [few, nine, row])
    with world.context().db.write() as con:
        con.raw.execute(
            "update post set author = 'author' || (hash(post_id) % 9) where created < '2024-01-02'"
        )
    span = _material.period(None, None)
    material = _material.gather(world.context(), community=None, assets=None, span=span)
    assert (material.claims, material.withheld) == ([], 3)
