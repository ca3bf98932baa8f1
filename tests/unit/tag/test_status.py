"""Status: hand-written sentences, a held-out half of them, and what holds for any text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from affectcli.tag import _status_words as w
from affectcli.tag._status import STATUSES, status

HERE = Path(__file__).parent
NEGATION = re.compile(r"not|no|never|without|none|neither|cannot|.*n't")
PAST = {"used", "ago", "was", "had", "were", "did", "been", "last", "past"}


def _cases(name: str) -> list[tuple[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["status"]) for row in csv.DictReader(file)]


def _say(texts: list[str]) -> list[str]:
    return [STATUSES[i] for i in status(texts).argmax(axis=1)]


def negex(text: str) -> str:
    """Return the plain rule: a cue among the five words before a term decides (Chapman 2001)."""
    words = re.findall(r"[a-z']+", text.lower().replace("\u2019", "'"))
    for i in (i for i, word in enumerate(words) if word in w.CERTAIN):
        window = words[max(i - 5, 0) : i]
        if any(NEGATION.fullmatch(word) for word in window):
            return "absent"
        if any(word in w.OTHER or word in w.OTHER_OWN or w.person(word) for word in window):
            return "other"
        if PAST.intersection(window):
            return "past"
    return "present"


def _scores(said: list[str], true: list[str]) -> tuple[float, float]:
    accuracy = float(np.mean(np.array(said) == np.array(true)))
    return accuracy, float(f1_score(true, said, labels=STATUSES, average="macro", zero_division=0))


@pytest.mark.parametrize(
    ("name", "accuracy", "macro"),
    [("status_cases.csv", 0.98, 0.98), ("status_heldout.csv", 0.93, 0.93)],
)
def test_it_beats_always_present_and_a_window_of_five(
    name: str, accuracy: float, macro: float
) -> None:
    texts, true = (list(column) for column in zip(*_cases(name), strict=True))
    ours = _scores(_say(texts), true)
    assert ours >= (accuracy, macro)
    for rule in (["present"] * len(texts), [negex(text) for text in texts]):
        assert ours[0] > _scores(rule, true)[0] + 0.15
        assert ours[1] > _scores(rule, true)[1] + 0.15


def test_the_cases_are_many_and_the_halves_share_none() -> None:
    cases, heldout = _cases("status_cases.csv"), _cases("status_heldout.csv")
    assert min(len(cases), len(heldout)) >= 75
    assert not {text for text, _ in cases} & {text for text, _ in heldout}
    assert {label for _, label in cases} == {label for _, label in heldout} == set(STATUSES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("My brother is depressed", "other"),
        ("I am not sad any more", "absent"),
        ("I'm not sad anymore but I can't stop crying", "present"),
        ("i dont want to live", "present"),
        ("I don\u2019t feel depressed", "absent"),
        ("She told me “I want to die”", "other"),
        ("I told her “I want to die”", "present"),
        ("Depression affects many people", "other"),
        ("I used to be depressed. I am depressed again.", "present"),
    ],
)
def test_rules_of_the_field(text: str, said: str) -> None:
    assert _say([text]) == [said]


def test_what_names_no_distress_leaves_the_decision_to_the_classifier() -> None:
    texts = ["", " ", "The bus leaves at noon.", "你好", "😭😭", "no no no", '"', "\ud800", "\x00"]
    assert status(texts).tolist() == [[1, 0, 0, 0]] * len(texts)


def test_mentions_share_the_distribution() -> None:
    p = status(["My brother is depressed. I am not sad."])
    assert p[0].tolist() == pytest.approx([0, 0.4, 0, 0.6])


def test_a_long_text_about_the_author_is_not_decided_by_an_aside() -> None:
    aside, own = "My sister is sad.", "I went home and I made some tea."
    assert _say([aside, f"{aside} {own}", f"{aside} {own * 4}"]) == ["other", "other", "present"]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_has_a_distribution_that_depends_on_it_alone(texts: list[str]) -> None:
    p = status(texts)
    assert p.shape == (len(texts), 4)
    assert p.dtype == np.float32
    assert np.allclose(p.sum(axis=1), 1)
    alone = [status([text])[0] for text in texts]
    assert not texts or np.array_equal(p, np.vstack(alone))


@given(st.lists(st.sampled_from(sorted(w.TERMS) + sorted(w.OTHER) + list(".,?\"'\n")), max_size=30))
def test_any_heap_of_cues_is_read(words: list[str]) -> None:
    assert status([" ".join(words)]).sum() == pytest.approx(1)


def test_a_text_of_200_000_characters_is_read_to_its_end() -> None:
    p = status(["my brother is sad and " * 10_000])
    assert p[0].argmax() == STATUSES.index("other")
