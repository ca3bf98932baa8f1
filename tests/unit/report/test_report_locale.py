"""Numbers and dates as a country writes them; names, versions and addresses stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.errors import UsageError
from affectcli.report import _locale
from tests.unit.report.pages import gather, pages

if TYPE_CHECKING:
    from tests.unit.report.conftest import World

SAID = "rose to 1,234.5 (0.31; 22.0 %) on 2024-04-09, \u22120.47x, 7,000"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", SAID),
        ("de", "rose to 1.234,5 (0,31; 22,0 %) on 09.04.2024, \u22120,47x, 7.000"),
        ("en-GB", "rose to 1,234.5 (0.31; 22.0 %) on 9 Apr 2024, \u22120.47x, 7,000"),
        ("en_US", "rose to 1,234.5 (0.31; 22.0 %) on Apr 9, 2024, \u22120.47x, 7,000"),
        ("de-CH", "rose to 1\u2019234.5 (0.31; 22.0 %) on 09.04.2024, \u22120.47x, 7\u2019000"),
        ("sv.UTF-8", "rose to 1\u202f234,5 (0,31; 22,0 %) on 2024-04-09, \u22120,47x, 7\u202f000"),
    ],
)  # fmt: skip
def test_forms(tag: str, said: str) -> None:
    assert _locale.locale(tag).say(SAID) == said


@pytest.mark.parametrize(
    "kept",
    ["affect 0.1.0, torch 2.13.0+cpu", "forum/v1.5", "20240630T000000-aaa111", "a@1.5", "BTC-0.5",
     "1.2.3.4", "2024-13-45", "x1.5", "#1.5", "1,2,3"],
)  # fmt: skip
def test_what_is_no_number_or_date_stays(kept: str) -> None:
    assert _locale.locale("de").say(kept) == kept


def test_names_keep_their_spelling() -> None:
    locale = _locale.locale("de", ["iOS 8.1", "Fed 2024-01-31", "a.b*c 1.5"])
    said = "near “iOS 8.1” and “Fed 2024-01-31”; a.b*c 1.5; r = 8.1 on 2024-01-31"
    assert locale.say(said) == (
        "near “iOS 8.1” and “Fed 2024-01-31”; a.b*c 1.5; r = 8,1 on 31.01.2024"
    )


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="Known: en, en-GB"):
        _locale.locale("tlh")


def test_pages_and_pictures_follow(world: World) -> None:
    page, pictures = pages(gather(world), emotions=2, tag="de")
    assert page["subtitle"].startswith("01.01.2024 to 28.06.2024")
    assert "q = 0,012" in str(page["answers"])
    drawn = b" ".join(pictures.values()).decode()
    assert "q = 0,004" in drawn
    assert "q = 0.004" not in drawn
    assert 'version="1.1"' in drawn
