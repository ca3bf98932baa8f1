"""Drivers, inside: terms are found, label mass is shared out, and formulas add up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from affectcli.analyze import _drivers_sums as sums
from affectcli.analyze._drivers_chance import loud
from affectcli.analyze._drivers_shift import shift, student
from affectcli.analyze._drivers_terms import terms

READERS = {"text": pl.UInt32, "author": pl.Int64}


def _terms(texts: list[str], k: int = 2) -> dict[str, int]:
    readers = pl.DataFrame({"text": range(len(texts)), "author": range(len(texts))}, schema=READERS)
    found = terms(pl.Series(texts), readers, k=k)
    assert found.uses.shape == (len(texts), len(found.names))
    return dict(zip(found.names, found.authors.tolist(), strict=True))


def test_terms_are_words_tags_emoji_and_lasting_pairs() -> None:
    filler = [f"{a}ish {b}ing" for a in "abcdefghij" for b in "klmnopqrst"]
    found = _terms(
        [
            "Don\u2019t sell $AAPL now \U0001f680\U0001f680 at https://x.org/panic #YOLO",
            "I don't SELL $aapl @bob u/bob me@bob.org \U0001f680 #yolo",
            "federal reserve speaks \u4eca\u65e5",
            "The Federal Reserve sleeps \u4eca\u65e5",
            *filler,
        ]
    )
    for term in ("don't sell", "#yolo", "\U0001f680", "federal reserve", "\u4eca \u65e5"):
        assert found.get(term) == 2, term
    assert not {"federal", "reserve", "bob", "panic", "https", "org"} & found.keys()
    assert "aish" in found
    assert not any(term.startswith("aish ") for term in found)


def test_terms_of_few_authors_do_not_exist() -> None:
    texts = ["secret word"] * 5 + ["plain"] * 5
    readers = pl.DataFrame({"text": range(10), "author": [1] * 5 + list(range(5))}, schema=READERS)
    assert terms(pl.Series(texts), readers, k=2).names == ["plain"]
    assert terms(pl.Series(["", "!"]), readers.head(2), k=1).names == []


def test_label_mass_is_shared_out_to_the_last_bit() -> None:
    rng = np.random.default_rng(0)
    uses = sparse.csr_array((rng.random((400, 30)) < 0.1).astype(float))
    true = np.zeros(30)
    true[:3], true[3] = 0.5, -0.5
    said = (uses @ true + 0.2 * rng.standard_normal(400) > 0.3).astype(float)
    by = student(uses, said, seed=1)
    assert by.explained > 0.3
    assert set(np.argsort(-by.weights)[:3]) == {0, 1, 2}
    assert by.weights.argmin() == 3
    shared = shift(uses, said, by)
    assert np.abs(shared.mass.sum(axis=1) + shared.rest - said).max() < 1e-12


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_every_formula_adds_up_to_the_change(blocks: int) -> None:
    rng = np.random.default_rng(blocks)
    count = rng.integers(0, 9, (20, 2, blocks)).astype(float)
    count[..., 0] += 1
    mass = rng.binomial(count.astype(int), 0.4).astype(float)
    four = np.concatenate([mass[:, 0], count[:, 0], mass[:, 1], count[:, 1]], axis=1)
    whole = sums.change(four)
    own = np.concatenate([four, rng.random((20, 2))], axis=1)
    growth = np.concatenate(
        [mass[:, 0], count[:, 0].sum(1)[:, None], mass[:, 1], count[:, 1].sum(1)[:, None]], axis=1
    )
    for formula, given in (
        (sums.against_last, four),
        (sums.against_typical, four),
        (sums.people, own),
        (sums.by_growth, growth),
    ):
        assert np.allclose(formula(given).sum(axis=-1), whole[:, 0], atol=1e-12), formula.__name__


def test_regulars_are_split_as_kitagawa_did() -> None:
    now, then = np.array([[8.0, 10], [1, 30]]), np.array([[1.0, 20], [4, 20]])  # said, posts
    share = np.stack([now[:, 0] / now[:, 1], then[:, 0] / then[:, 1]])
    weight = np.stack([now[:, 1] / 40, then[:, 1] / 40])
    moved = share[0] - share[1]
    columns = np.r_[now.sum(0), then.sum(0), now[:, 1] @ moved, then[:, 1] @ moved]
    posting, same = sums.people(columns)
    assert same == pytest.approx(weight.mean(0) @ moved)
    assert posting == pytest.approx((weight[0] - weight[1]) @ share.mean(0))


def test_an_author_is_loud_only_if_alone_enough() -> None:
    rng = np.random.default_rng(3)
    count = rng.integers(1, 6, (300, 2))
    said = rng.binomial(count, 0.1)
    own = np.column_stack([said[:, 0], count[:, 0], said[:, 1], count[:, 1]]).astype(float)
    assert loud(own) is None
    own[17, :2] = 150, 150
    assert loud(own) == 17
    crowd = own.copy()
    crowd[17, :2], crowd[:60, 0] = (5, 5), crowd[:60, 1]
    assert loud(crowd) is None
