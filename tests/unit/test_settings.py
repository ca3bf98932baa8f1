"""Settings: who wins over whom, and every mistake at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.errors import ConfigError
from affectcli.settings import load, user_file

if TYPE_CHECKING:
    from pathlib import Path


def test_flag_wins_over_environment_over_file_over_user_over_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load().wait == 10
    user_file().parent.mkdir(parents=True)
    user_file().write_text("wait = 1\nseed = 7\n[tag]\ndevice = 'cpu'\n")
    assert load().wait == 1
    (tmp_path / "affect.toml").write_text("wait = 2\n[tag]\nbatch = 5\n")
    settings = load()
    assert (settings.wait, settings.seed, settings.tag.device, settings.tag.batch) == (
        2,
        7,
        "cpu",
        5,
    )
    monkeypatch.setenv("AFFECT_WAIT", "3")
    monkeypatch.setenv("AFFECT_INGEST_TICKERS", "BTC,ETH")
    assert load().wait == 3
    assert load().ingest.tickers == ("BTC", "ETH")
    assert load(wait=4, db=None).wait == 4


def test_every_mistake_is_told_with_a_suggestion(tmp_path: Path) -> None:
    file = tmp_path / "affect.toml"
    file.write_text("sed = 1\n[aggregate]\nmin_post = 3\nmin_authors = 'many'\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    for part in ("sed", "did you mean seed?", "aggregate.min_post", "min_posts?", "min_authors"):
        assert part in str(caught.value)


def test_suppression_is_never_silently_weaker(tmp_path: Path) -> None:
    file = tmp_path / "affect.toml"
    for text in ("[report]\nk = 5\nk_reason = 'small town'", "[report]\nk = 20\n"):
        file.write_text(text)
        with pytest.raises(ConfigError, match=r"report\.k|k_reason|report:"):
            load(file)
    file.write_text("[report]\nk = 20\nk_reason = 'ethics board, 2026-11'\n")
    assert load(file).report.k == 20
    assert not load(
        file
    ).report.individual_reason  # single posts stay closed until somebody says why


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"wait = = 3"])
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "affect.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match="settings file"):
        load(file)
