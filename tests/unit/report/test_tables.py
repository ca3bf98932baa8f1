"""The score table: grouped by days ahead, the used model in bold, the best WIS marked."""

from __future__ import annotations

from affectcli.report._tables import scores


def score(model: str, horizon: int, wis: float | None) -> dict[str, object]:
    return {"model": model, "horizon": horizon, "mae": 0.1, "mase": 0.9, "wis": wis, "brier": None}


MADE = [
    score("seasonal_naive", 7, 0.03),
    score("prophet", 1, 0.01),
    score("ets", 1, 0.02),
    score("ets", 7, 0.03),
    score("seasonal_naive", 1, None),
]


def test_scores_are_grouped_and_models_have_names() -> None:
    table = scores(MADE, "fear", best="ets", share=True)
    assert [row[:2] for row in table.rows] == [
        ["1", "ETS"], ["", "Prophet"], ["", "seasonal-naive"], ["7", "ETS"], ["", "seasonal-naive"],
    ]  # fmt: skip
    assert table.groups == [3]
    assert table.bold == [0, 3]
    assert table.head[:2] == ["Days ahead", "Model"]


def test_the_smallest_wis_of_each_group_is_marked_ties_too() -> None:
    table = scores(MADE, "fear", best="ets", share=True)
    column = table.head.index("WIS (points)")
    assert [row[column].replace("\u00a0", " ") for row in table.rows] == [
        "2.00", "* 1.00", "\u2013", "* 3.00", "* 3.00",
    ]  # fmt: skip
