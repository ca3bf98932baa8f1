"""The HTML in a browser, where one is installed: silent, offline, sortable, readable by ear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli import report
from tests.unit.report import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.report.conftest import World

pytestmark = pytest.mark.skipif(browser.BINARY is None, reason="no Chromium on this machine")
FIRST = (
    "[...document.querySelectorAll('table')].find(t => /^Past fore/.test(t.caption.textContent))"
)
"""The table of scores."""


@pytest.fixture(scope="module")
def tab(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Tab]:
    folder = tmp_path_factory.mktemp("browser")
    file = folder / "report.html"
    report.run(world.context(), output=str(file))
    with browser.browse(file, folder / "home") as opened:
        yield opened


def test_nothing_is_logged_and_nothing_asked_of_the_network(tab: browser.Tab) -> None:
    assert tab.value("document.title") == "reddit/TidalCoin"
    assert tab.of("Log.entryAdded") == []
    assert tab.of("Runtime.exceptionThrown") == []
    assert tab.of("Runtime.consoleAPICalled") == []
    asked = [event["request"]["url"] for event in tab.of("Network.requestWillBeSent")]
    assert [url.partition(":")[0] for url in asked if not url.startswith("data:")] == ["file"]


def test_the_policy_stops_what_is_not_ours(tab: browser.Tab) -> None:
    tab.value(
        "{const s = document.createElement('script'); s.textContent = 'window.intruded = 1';"
        "document.body.append(s)}"
    )
    assert tab.value("window.intruded") is None
    assert tab.value("fetch('https://example.org').catch(() => 0), 1") == 1
    tab.value("document.body.style.setProperty('--x', '1')")
    assert any("Content Security Policy" in e["entry"]["text"] for e in tab.of("Log.entryAdded"))


def test_a_table_sorts_by_button_both_ways(tab: browser.Tab) -> None:
    column = f"[...{FIRST}.tBodies[0].rows].map(r => r.cells[2].textContent)"
    button = f"{FIRST}.tHead.rows[0].cells[2].querySelector('button')"
    before = tab.value(column)
    tab.value(f"{button}.focus(), {button}.click()")
    assert tab.value(f"{FIRST}.tHead.rows[0].cells[2].ariaSort") == "ascending"
    up = tab.value(column)
    tab.value(f"{button}.click()")
    assert tab.value(f"{FIRST}.tHead.rows[0].cells[2].ariaSort") == "descending"
    down = tab.value(column)
    assert sorted(up) == sorted(down) == sorted(before)
    numbers = [float(text) for text in up]
    assert numbers == sorted(numbers)
    assert down != up


def test_colours_follow_the_toggle(tab: browser.Tab) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.value(ground) == "rgb(255, 255, 255)"
    tab.value("document.getElementById('theme').click()")
    assert tab.value(ground) == "rgb(22, 24, 27)"
    assert tab.value("document.getElementById('theme').textContent") == "Light colours"
    tab.value("document.getElementById('theme').click()")


def test_a_screen_reader_finds_its_way(tab: browser.Tab) -> None:
    nodes = tab.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert {"banner", "navigation", "main", "contentinfo"} <= {*roles}
    pictures = [n for n in nodes if not n["ignored"] and n["role"]["value"] in {"img", "image"}]
    drawn = tab.value("document.querySelectorAll('svg').length")
    assert len(pictures) == drawn > 3
    assert all(len(node["name"]["value"]) > 20 for node in pictures)


def test_nothing_is_wider_than_a_telephone(tab: browser.Tab) -> None:
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    tab.ask("Emulation.setDeviceMetricsOverride", **size)
    assert tab.value("document.documentElement.scrollWidth") <= 360
    tab.ask("Emulation.clearDeviceMetricsOverride")
