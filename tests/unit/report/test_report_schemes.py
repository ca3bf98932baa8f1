"""A figure shows the labels of one scheme: two would show the same posts under two names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli.report import _claims, _contents, _material, _methods, _rows, lags
from affectcli.report._subject import Subject
from tests.unit.report.conftest import COMMUNITY

if TYPE_CHECKING:
    from tests.unit.report.conftest import World

OTHER = {"emtract7.fear": "emtract7", "emtract7.happy": "emtract7", "stress": "markers"}
SCALE = {"vader.valence": "vader"}


@pytest.fixture(scope="module")
def material(world: World) -> _material.Material:
    """Return the world's material as if other schemes had been tagged too, each more frequent."""
    span = _material.period(None, None)
    plain = _material.gather(world.context(), community=None, assets=None, span=span)
    more = pl.concat(
        plain.daily.filter(pl.col("measure") == "fear").with_columns(
            pl.lit(measure).alias("measure"), pl.col("value") + 0.3
        )
        for measure in (*OTHER, *SCALE)
    )
    row = plain.labels.filter(pl.col("measure") == "fear")
    labels = [
        row.with_columns(
            scheme=pl.lit(scheme),
            measure=pl.lit(measure),
            label=pl.lit(measure.rpartition(".")[2]),
            kind=pl.lit("scale" if measure in SCALE else "one"),
        )
        for measure, scheme in (OTHER | SCALE).items()
    ]
    return replace(
        plain, daily=pl.concat([plain.daily, more]), labels=pl.concat([plain.labels, *labels])
    )


def lead(material: _material.Material, measure: str) -> _material.Material:
    """Return the material with one claim, on this measure."""
    result = {"share": True, "now": 0.1, "before": 0.1, "percentile": 0.5}
    signal = f"{COMMUNITY}:{measure}"
    claim = _claims.Claim("levels-1", "r", "levels", signal, None, "", 0.01, 0.01, result)
    return replace(material, claims=[claim], forecasts=material.forecasts.clear())


@pytest.mark.parametrize(
    ("measure", "drawn"),
    [
        ("emtract7.happy", ["emtract7.happy", "emtract7.fear"]),
        ("stress", ["stress"]),
        ("joy", ["joy", "fear", "admiration"]),
    ],
)
def test_a_lead_draws_only_labels_of_its_scheme(
    material: _material.Material, measure: str, drawn: list[str]
) -> None:
    assert _rows.chosen(lead(material, measure), 3).labels == drawn


def test_without_a_lead_the_plain_emotions_are_drawn(material: _material.Material) -> None:
    bare = replace(material, claims=[], forecasts=material.forecasts.clear())
    labels = _rows.chosen(bare, 99).labels
    assert "fear" in labels
    assert not {*OTHER, *SCALE} & {*labels}
    other = replace(
        bare, daily=bare.daily.filter(pl.col("measure").is_in([*OTHER, "posts", "valence"]))
    )
    assert _rows.chosen(other, 99).labels == ["emtract7.fear", "emtract7.happy"]


def test_lag_panels_are_of_one_scheme(material: _material.Material) -> None:
    pairs = [claim for claim in material.claims if claim.analysis == "xcorr"]
    other = replace(pairs[0], x=f"{COMMUNITY}:emtract7.happy", finding_id="xcorr-9", q_value=0.9)
    block = lags.blocks(Subject(replace(material, claims=[*pairs, other]), 3))[0]
    assert "emtract7" not in block.alt
    assert "Not drawn here: pairs of labels of other schemes (1)." in block.notes
    leading = replace(material, claims=[*pairs, replace(other, q_value=0.0)])
    first = lags.blocks(Subject(leading, 3))[0]
    assert f"pairs of labels of other schemes ({len(pairs)})" in first.notes[-1]


def test_tables_and_methods_name_the_scheme(material: _material.Material) -> None:
    made = lead(material, "emtract7.happy")
    assert [row[0] for row in _contents._labels(made, 3).rows] == [
        "emtract7.happy",
        "emtract7.fear",
    ]
    assert not _contents._labels(made, 3).note
    never = made.labels.with_columns(tp=pl.lit(0), fn=pl.lit(0), fp=pl.lit(0), tn=pl.lit(0))
    table = _contents._labels(replace(made, labels=never), 3)
    assert table.rows[0] == ["emtract7.happy", "0", "\u2013", "\u2013", "\u2013"]
    assert table.note.startswith("Never validated")
    tagger = dict(_methods.methods([material], "d"))["Tagger"]
    assert "Trained and validated on GoEmotions" in tagger
    assert "never in one figure with these: emtract7, markers, vader." in tagger
    assert not material.is_share("vader.valence")
    assert material.is_share("emtract7.happy")
