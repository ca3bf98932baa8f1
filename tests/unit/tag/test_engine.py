"""The engine: each distinct text once, nothing twice, a changed revision anew."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli import tag
from affectcli.errors import UsageError
from affectcli.ingest import file
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from affectcli.tag import mini

if TYPE_CHECKING:
    from pathlib import Path

ROWS = """id,created,body,author,lang
1,2024-01-01,I love this so much,ann,en
2,2024-01-02,I love this so much,bob,en
3,2024-01-02,Estoy muy triste hoy,cem,es
4,2024-01-03,[deleted],dan,en
5,2024-01-03,This is terrifying and I am scared,eve,en
"""
HEADS = ["goemotions28"]


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    settings = Settings(
        db=tmp_path / "a.duckdb",
        key_file=tmp_path / "author.key",
        tag=Tag(batch=1, device="cpu", heads=("goemotions28",)),
    )
    ctx = Context(Database(settings.db), settings, "run-1")
    (tmp_path / "posts.csv").write_text(ROWS)
    file.run(ctx, path=str(tmp_path / "posts.csv"), community="c/x")
    return ctx


def test_each_distinct_eligible_text_is_scored_once(ctx: Context) -> None:
    outcome = tag.run(ctx)
    assert outcome.rows_out == 2
    assert tag.run(ctx).rows_out == 0
    with ctx.db.read() as con:
        rows = con.raw.execute("select post_id, top, love, fear from emotion order by 1").fetchall()
    assert [(row[0], row[1]) for row in rows] == [
        ("file:1", "love"),
        ("file:2", "love"),
        ("file:5", "fear"),
    ]
    assert rows[0][2] == rows[1][2] > 0.5


def test_a_limit_leaves_the_rest_for_later(ctx: Context) -> None:
    assert tag.run(ctx, limit=1).rows_out == 1
    assert tag.run(ctx).rows_out == 1


def test_labels_of_another_revision_are_retired(ctx: Context) -> None:
    tag.run(ctx)
    with ctx.db.write() as con:
        con.raw.execute("update label set revision = 'old'")
        con.raw.execute("update score set revision = 'old'")
    assert tag.run(ctx).rows_out == 2
    with ctx.db.read() as con:
        found = con.raw.execute(
            "select revision = 'old', current, count(*) from label group by all order by all"
        ).fetchall()
        posts = con.raw.execute("select count(*) from emotion").fetchall()
    assert found == [(False, True, 28), (True, False, 28)]
    assert posts == [(3,)]


def test_labels_are_stored_with_all_that_a_decision_needs(ctx: Context) -> None:
    tag.run(ctx)
    (scheme,) = mini.describe(heads=HEADS).schemes
    with ctx.db.read() as con:
        rows = con.raw.execute(
            "select label, scheme, kind, languages, tp, fn, fp, tn, weak "
            "from label order by position"
        ).fetchall()
        thresholds = con.raw.execute("select threshold from label order by position").fetchall()
    assert rows == [
        (x.name, "goemotions28", "many", ["en", "und"], x.tp, x.fn, x.fp, x.tn, x.weak)
        for x in scheme.labels
    ]
    assert [row[0] for row in thresholds] == pytest.approx([x.threshold for x in scheme.labels])


def test_posts_in_other_languages_are_counted_and_passed_over(
    ctx: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="affect")
    tag.run(ctx)
    assert "1 posts passed over, in languages that mini does not read: es 1" in caplog.text


def test_told_so_it_scores_other_languages(ctx: Context) -> None:
    tag.run(ctx)
    assert tag.run(ctx, any_language=True).rows_out == 1
    with ctx.db.read() as con:
        languages = con.raw.execute("select distinct languages from label").fetchall()
    assert languages == [(None,)]


def test_a_setting_names_the_languages(ctx: Context) -> None:
    spanish = ctx.settings.tag.model_copy(update={"languages": ("es",)})
    other = Context(ctx.db, ctx.settings.model_copy(update={"tag": spanish}), "run-2")
    assert tag.run(other).rows_out == 1


def test_an_unknown_head_tagger_or_shard_is_a_usage_error(ctx: Context) -> None:
    with pytest.raises(UsageError, match="goemotion29"):
        tag.run(ctx, heads=["goemotion29"])
    with pytest.raises(UsageError, match="mimi"):
        tag.run(ctx, tagger="mimi:somewhere")
    for wrong in ("0/4", "5/4", "4", "a/b", "-1/2"):
        with pytest.raises(UsageError, match="shard"):
            tag.run(ctx, shard=wrong)


def test_nothing_to_do_does_not_load_torch(ctx: Context, tmp_path: Path) -> None:
    tag.run(ctx)
    code = (
        "import sys; from pathlib import Path; from affectcli import runner;"
        "from affectcli.settings import load;"
        f"settings = load(db=Path({str(tmp_path / 'a.duckdb')!r}));"
        f"runner.execute('tag', {{'heads': {HEADS!r}}}, settings);"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
