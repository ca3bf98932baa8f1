"""Exact match, token F1 and the figures of RECCON, against cases worked out by hand."""

from __future__ import annotations

import pytest

from affectcli.tag._cause_metrics import exact, figures, intervals, judge, token_f1
from affectcli.tag._reccon import Pair


def pair(evidence: str, *spans: str, dialogue: str = "d1") -> Pair:
    return Pair(dialogue, "How nice!", "happiness", evidence, 1, same_author=False, spans=spans)


@pytest.mark.parametrize(
    ("said", "true", "same", "f1"),
    [
        ("The cat died.", "a cat died", 1.0, 1.0),
        ("my cat died today", "cat died", 0.0, 4 / 6),
        ("cat cat", "cat", 0.0, 2 / 3),
        ("dog", "cat", 0.0, 0.0),
        ("", "cat", 0.0, 0.0),
        ("...", "the", 1.0, 1.0),
    ],
)
def test_spans_are_compared_as_squad_does(said: str, true: str, same: float, f1: float) -> None:
    assert exact(said, true) == same
    assert token_f1(said, true) == pytest.approx(f1)
    assert token_f1(true, said) == pytest.approx(f1)


def test_figures_equal_hand_computed_ones() -> None:
    pairs = [
        pair("we won the cup today", "won the cup"),
        pair("it rains and he left", "it rains", "he left"),
        pair("good morning"),
        pair("see you"),
        pair("what a day", "what a day"),
    ]
    said = ["won cup", "it rains", None, "see you", None]
    found = figures(judge(pairs, said))
    assert found["em"] == pytest.approx(100 * 2 / 4)
    assert found["f1"] == pytest.approx(100 * 2 / 4)
    # One negative right, one called a cause, one positive turned down: F1 = 2 / (2 + 2).
    assert found["f1_negative"] == pytest.approx(50)
    assert found["f1_all"] == pytest.approx(100 * 3 / 6)
    # By pair: "a cause" is right twice, "none" once, wrong is one each: 4 / 6 and 2 / 4.
    assert found["entailment_macro_f1"] == pytest.approx(100 * (4 / 6 + 2 / 4) / 2)


def test_intervals_draw_whole_dialogues_and_are_seeded() -> None:
    pairs = [pair("we won", "we won", dialogue=f"d{n}") for n in range(20)]
    said = ["we won" if n % 2 else "nothing" for n in range(20)]
    cases = judge(pairs, said)
    low, high = intervals(cases, draws=200)["em"]
    assert low < 50 < high
    assert intervals(cases, draws=200) == intervals(cases, draws=200)
    one = judge([pair("we won", "we won"), pair("we lost", "we lost")], ["we won", None])
    assert intervals(one, draws=50)["em"] == [50.0, 50.0]
