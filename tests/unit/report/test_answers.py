"""The first page: every sentence is made of a stored row and says what the row says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli.report import _answers, _changed, _claims, _high, _leads, _material, _thin, _words
from affectcli.store import Database
from affectcli.store.findings import Finding, store
from tests.unit.report.conftest import COMMUNITY, ORIGIN, build, midnight

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.report._answer import Answer
    from tests.unit.report.conftest import World


def gather(world: World) -> _material.Material:
    span = _material.period(None, None)
    return _material.gather(world.context(), community=None, assets=None, span=span)


@pytest.fixture(scope="module")
def material(world: World) -> _material.Material:
    return gather(world)


def texts(answer: Answer) -> str:
    return " ".join(f"{s.strong} {s.text}" for s in answer.sentences).replace("\u00a0", " ")


def test_every_sentence_of_an_answer_names_a_stored_row(material: _material.Material) -> None:
    known = {claim.finding_id for claim in material.claims} | {"daily", "label", "finding"}
    for answer in _answers.answers(material):
        assert answer.sentences
        assert all(s.source in known or "run affect " in s.text for s in answer.sentences)


def test_numbers_are_those_of_the_row(material: _material.Material) -> None:
    high = _high.what_is_high(material)
    by_id = {claim.finding_id: claim for claim in material.claims}
    for sentence in high.sentences:
        row = by_id[sentence.source].result
        said = sentence.text.replace("\u00a0", " ")
        assert f"{100 * row['now']:.1f} % of posts" in said
        assert f"{100 * row['percentile']:.0f} % of its earlier weeks" in said
        assert sentence.strong == row["measure"]


def test_high_is_ranked_and_leaves_out_the_usual(material: _material.Material) -> None:
    answer = _high.what_is_high(material)
    assert [s.strong for s in answer.sentences] == ["fear", "joy"]
    assert "ighest week" not in texts(answer)
    assert answer.more == "2 more signals compared with their own history."


def test_changed_lists_only_small_q(material: _material.Material) -> None:
    answer = _changed.what_changed(material)
    assert [s.strong for s in answer.sentences] == ["fear", "fear", "anger"]
    assert "rose from 22.0 % to 31.0 % of posts" in texts(answer)
    assert "fell from 6.0 % to 2.0 %" in texts(answer)


def test_a_highest_week_beyond_chance_is_said_first(material: _material.Material) -> None:
    first = _changed.what_changed(material).sentences[0]
    assert first.strong == "fear"
    assert first.text.replace("\u00a0", " ") == (
        "was highest 2024-04-09 to 2024-04-15 at 63.0 % of posts against 22.0 % on a median day, "
        "more than its own wandering explains (q = 0.018). The week began within 3 days of “Tidal "
        "bridge exploit” (2024-04-09), as 16 % of all days do of some event."
    )


def test_a_highest_week_alone_does_not_make_a_change(tmp_path: Path) -> None:
    world = build(tmp_path / "peak.duckdb", findings=False)
    result = {"recent": 7, "share": True, "family_size": 1, "percentile": 0.4, "now": 0.1,
              "before": 0.11, "peak_start": "2024-04-09", "peak_end": "2024-04-15",
              "peak_value": 0.004, "peak_q": 0.02}  # fmt: skip
    signal = f"{COMMUNITY}:joy@mean"
    store(world.context(), [Finding("levels", signal, "…", midnight(2024, 6, 29), result, None,
                                    0.6, 0.6)])  # fmt: skip
    answer = _changed.what_changed(gather(world))
    assert [s.strong for s in answer.sentences] == [
        "mean probability of joy", "", "mean probability of joy"]  # fmt: skip
    said = texts(answer)
    assert "joy was highest 2024-04-09 to 2024-04-15 at 0.40 %, more than its own" in said
    assert "event" not in said
    assert "In the last 7 days nothing changed beyond what other times showed too." in said


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("fear", "fear"),
        ("posts", "posts per day"),
        ("fear@mean", "mean probability of fear"),
        ("fear@raw", "uncorrected share of fear"),
        ("fear@home", "fear@home"),
        ("@mean", "@mean"),
    ],
)
def test_measures_in_words(measure: str, said: str) -> None:
    assert _words.called(measure) == said


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        ("asset/TIDE-USD:return", "TIDE-USD return"),
        ("series/hotline:calls", "hotline calls"),
        ("forum/a.example:joy@mean", "mean probability of joy in forum/a.example"),
        (f"{COMMUNITY}:joy@raw", "uncorrected share of joy"),
    ],
)
def test_signals_in_words(material: _material.Material, signal: str, said: str) -> None:
    assert _words.name_of(material, signal) == said


def test_verdicts_name_models_bars_and_signs_as_a_reader_writes_them(
    material: _material.Material,
) -> None:
    def own(analysis: str, y: str | None, verdict: str) -> str:
        x = f"{COMMUNITY}:fear@mean"
        claim = _claims.Claim("f", "r", analysis, x, y, verdict, 0.5, 0.5, {})
        return _words.own(material, claim).replace("\u00a0", " ")

    made = f"{COMMUNITY}:fear@mean, above 2.0%. Model: ets; ets beats seasonal_naive and prophet."
    said = (
        "mean probability of fear, above 2.0 %. Model: ETS; ETS beats seasonal-naive and Prophet."
    )
    assert own("forecast", None, made) == said
    tested = f"{COMMUNITY}:fear@mean and asset/ets:return: r = -0.2 at -4 bars; |r| >= 0.3."
    assert own("xcorr", "asset/ets:return", tested) == (
        "mean probability of fear and ets return: r = \u22120.2 at \u22124 trading days; |r| ≥ 0.3."
    )


def test_rules_and_spans_as_a_reader_writes_them(material: _material.Material) -> None:
    x = f"{COMMUNITY}:fear"
    traded = f"above:q80 of {x} on TIDE: no better than chance (p = 0.5). After 10 bp a side: +2%."
    claim = _claims.Claim("f", "r", "backtest", x, "asset/TIDE", traded, 0.5, 0.5, {})
    said = "Rule “above q80” of fear on TIDE: no better than chance (p = 0.5)."
    assert _words.own(material, claim) == said
    driven = f"{x} rose from 1% (2024-01-01/2024-02-01) to 2% (2024-02-01/2024-03-01)."
    claim = _claims.Claim("f", "r", "drivers", x, None, driven, 0.5, 0.5, {})
    assert "(2024-01-01 to 2024-02-01)" in _words.own(material, claim)
    assert "(2024-02-01 to 2024-03-01)" in _words.own(material, claim)


def test_one_is_singular(material: _material.Material) -> None:
    said = "a and b: r = 0.41 at +1 bars (1 pairs tested); r = 0.1 at 11 bars, 0.1 days."
    claim = _claims.Claim("f", "r", "xcorr", "a", "b", said, 0.5, 0.5, {})
    assert _words.own(material, claim) == (
        "a and b: r = 0.41 at +1 trading day (1 pair tested); r = 0.1 at 11 trading days, 0.1 days."
    )


def test_series_without_a_value_share_their_reason(material: _material.Material) -> None:
    bare = pl.when(pl.col("measure").is_in(["anger", "fear"])).then(None)
    daily = material.daily.with_columns(
        bare.otherwise(pl.col("value")).alias("value"), pl.lit("tpr - fpr < 0.1").alias("why")
    )
    text = texts(_thin.too_thin(replace(material, daily=daily)))
    assert "Series. No value on any day: anger, fear (tpr - fpr < 0.1)." in text


@pytest.mark.parametrize("order", [1, -1])
def test_the_largest_family_of_a_question_counts(tmp_path: Path, order: int) -> None:
    world = build(tmp_path / "families.duckdb", findings=False)
    made = [
        Finding(analysis, f"{COMMUNITY}:fear", "…", midnight(2024, 6, day), {"family_size": size},
                y, q, q, {"family": size})
        for analysis, y in (("xcorr", "asset/TIDE-USD:return"), ("levels", None))
        for size, day, q in ((9, 28, 0.3), (28, 27, 0.4), (1, 29, 0.001))
    ]  # fmt: skip
    for finding in made[::order]:
        store(world.context(), [finding])
    claims = gather(world).claims
    assert [(c.analysis, c.result["family_size"]) for c in claims] == [
        ("levels", 28),
        ("xcorr", 28),
    ]


def test_the_later_of_two_families_of_one_size_counts(tmp_path: Path) -> None:
    world = build(tmp_path / "ties.duckdb", findings=False)
    for day in (27, 29, 28):
        store(world.context(), [Finding("levels", f"{COMMUNITY}:fear", str(day),
                                        midnight(2024, 6, day), {"family_size": 2},
                                        question={"recent": day})])  # fmt: skip
    assert [claim.verdict for claim in gather(world).claims] == ["29"]


def test_forecasts_of_another_question_do_not_mix(tmp_path: Path) -> None:
    world = build(tmp_path / "asked.duckdb")
    older = gather(world)
    signal = f"{COMMUNITY}:fear"
    result = {"high": "0.4", "horizon": 7, "origin": ORIGIN, "threshold": 0.4}
    newer = Finding("forecast", signal, "…", midnight(2024, 6, 1), result, question=result)
    store(replace(world.context(), run_id="20240702T000000-abc123"), [newer])
    with Database(world.path).write() as con:
        con.raw.execute(
            "insert into forecast by name select * replace ('0.4' as high, 7 as horizon,"
            "0.4 as threshold, 0.1 as p_high) from forecast where ts < '2024-07-06'"
        )
    material = gather(world)
    assert [c.finding_id for c in material.about("forecast")] == [newer.finding_id]
    assert material.forecasts.height == older.forecasts.height // 2
    assert material.forecasts["threshold"].unique().to_list() == [0.4]
    assert (older.alerts.height, material.alerts.height) == (1, 0)
    said = _answers.what_comes(material).sentences
    assert [s.source for s in said] == [newer.finding_id]


def test_leads_are_the_stored_verdict_without_the_community(material: _material.Material) -> None:
    answer = _leads.what_leads(material)
    assert len(answer.sentences) == 1
    said = (
        "fear leads TIDE-USD return by 2 days: r = \u22120.47 (q = 0.004, 4 pairs tested, n = 170)."
    )
    assert texts(answer).strip() == said
    assert answer.more == "3 more pairs tested, without an association."


def test_next_gives_start_end_and_probability(material: _material.Material) -> None:
    text = texts(_answers.what_comes(material))
    assert "from 2024-07-01 to 2024-07-05 with probability 62 %" in text
    assert "above 28 %" in text
    assert "(ETS, forecast from 2024-06-28)" in text


def test_thin_days_and_weak_labels_are_said(material: _material.Material) -> None:
    text = texts(_thin.too_thin(material))
    assert "8 of 180 days" in text
    assert "grief (13)" in text
    assert all("grief" not in texts(a) for a in _answers.answers(material)[:4])


def test_nothing_found_is_said_with_the_nearest(tmp_path: Path) -> None:
    world = build(tmp_path / "quiet.duckdb", findings=False)
    base = {"recent": 7, "share": True, "family_size": 1, "percentile": 0.4}
    level = Finding("levels", f"{COMMUNITY}:joy", "…", midnight(2024, 6, 29),
                    {**base, "now": 0.1, "before": 0.11}, q_value=0.6, p_value=0.6)  # fmt: skip
    said = "No lead or lag found between a and b."
    lead = Finding("xcorr", f"{COMMUNITY}:joy", said, midnight(2024, 6, 29), {"peak_r": 0.1},
                   "asset/TIDE-USD:return", 0.5, 0.5)  # fmt: skip
    store(world.context(), [level, lead])
    material = gather(world)
    assert texts(_high.what_is_high(material)).strip().startswith("Nothing")
    assert texts(_changed.what_changed(material)).strip().startswith("Nothing")
    assert "No lead or lag found" in texts(_leads.what_leads(material))


def test_without_findings_every_answer_says_what_to_type(tmp_path: Path) -> None:
    material = gather(build(tmp_path / "bare.duckdb", findings=False))
    for answer in _answers.answers(material)[:4]:
        assert "run affect " in texts(answer)
