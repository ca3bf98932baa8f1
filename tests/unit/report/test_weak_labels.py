"""Weak labels are named one by one, those of a side scheme by their number."""

from __future__ import annotations

from affectcli.report._thin import _listed


def test_side_schemes_are_named_once() -> None:
    weak = {"grief": 13, "sad9.work": 125, "sad9.school": 80, "cams6.none": 97, "relief": 18}
    assert _listed(weak) == "grief (13), relief (18), 1 of cams6, 2 of sad9"
