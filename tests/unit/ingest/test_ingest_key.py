"""One database, one author key: another is refused before it makes two people of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.errors import ConfigError, ExitCode
from affectcli.ingest import file
from affectcli.store import Context, Database

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk

TEXT = "id,created,author,body\n1,2024-01-02,ann,a\n2,2024-01-02,bob,b\n"
NOBODY = "id,created,author,body\n8,2024-01-02,,a\n9,2024-01-02,[deleted],b\n"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "author.key"


def checks(desk: Desk) -> list[str]:
    return [row["value"] for row in desk.table("meta") if row["key"] == "author_key_check"]


def dry(desk: Desk, text: str) -> Outcome:
    context = Context(Database(desk.path, dry_run=True), desk.ctx().settings, run_id="dry")
    return file.run(context, path=desk.file(text, "dry.csv"), community="forum/x")


def test_another_key_is_refused(desk: Desk, key: Path) -> None:
    desk.posts(TEXT)
    before = desk.tables(but=())
    (check,) = checks(desk)
    assert len(check) == 16
    assert check not in key.read_bytes().hex()
    first = key.read_bytes()
    key.write_bytes(first[::-1])
    for text in (TEXT, TEXT + "3,2024-01-03,cay,c\n"):
        with pytest.raises(ConfigError, match=r"another author key; .*AFFECT_KEY_FILE") as caught:
            desk.posts(text)
        assert str(key) in str(caught.value)
        assert caught.value.code == ExitCode.CONFIG
    assert desk.tables(but=()) == before
    key.write_bytes(first)
    assert desk.posts(TEXT + "3,2024-01-03,cay,c\n").rows[0]["added"] == 1
    assert checks(desk) == [check]


def test_a_lost_key_is_not_replaced(desk: Desk, key: Path) -> None:
    desk.posts(TEXT)
    key.unlink()
    with pytest.raises(ConfigError, match="there is no key file"):
        desk.posts(TEXT, source="b")
    with pytest.raises(ConfigError, match="there is no key file"):
        dry(desk, TEXT)
    assert not key.exists()


def test_posts_without_authors_bind_no_key(desk: Desk, key: Path) -> None:
    desk.posts("id,created,body\n1,2024-01-02,a\n")
    assert not key.exists()
    desk.posts(NOBODY)
    assert checks(desk) == []
    key.unlink()
    desk.posts(TEXT, source="b", batch=1)
    assert len(checks(desk)) == 1


def test_a_dry_run_makes_no_key(desk: Desk, key: Path) -> None:
    assert dry(desk, TEXT).rows[0]["added"] == 2
    assert not key.parent.exists()
    assert checks(desk) == []
    desk.posts(TEXT)
    assert dry(desk, TEXT + "3,2024-01-03,cay,c\n").rows[0]["duplicates"] == 2


def test_a_folder_is_no_key(desk: Desk, key: Path) -> None:
    key.mkdir(parents=True)
    with pytest.raises(ConfigError, match="is a directory"):
        desk.posts(TEXT)
