"""Removes what is older than you want to keep: texts, posts, logs, backups."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from affectcli.errors import UsageError
from affectcli.store import Outcome
from affectcli.store.backup import earlier
from affectcli.store.retain import remove_posts, remove_text
from affectcli.store.rewrite import rewrite

if TYPE_CHECKING:
    from affectcli.store import Context

SPAN = re.compile(r"^(\d+)\s*([dwy])$")
DAYS = {"d": 1, "w": 7, "y": 365}
LOG = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}\.jsonl")


def run(
    ctx: Context,
    *,
    older_than: str,
    what: list[Literal["text", "posts", "logs", "backups"]],
    folder: str | None = None,
) -> Outcome:
    """Remove what is older than `older_than` (365d, 52w, 2y), and give its space back.

    `text`: the words of posts and the spans quoted from them; tags, counts and series stay.
    `posts`: whole posts up to the start of that week, with all that counted them.
    `logs`: of pipeline runs, in `folder` or the one of the settings. `backups`: those with a time
    in their name, in `folder` or beside the database; the newest stays.

    Raises:
        UsageError: `older_than` is no span, or nothing says what to remove.
    """
    if not what:
        raise UsageError("Nothing says what to remove.", do="--what text")
    before = _before(older_than)
    counts: dict[str, int] = {}
    if "posts" in what:
        counts |= remove_posts(ctx.db, before)
    if "text" in what:
        counts |= remove_text(ctx.db, before)
    if any(counts.values()) and not ctx.db.dry_run:
        rewrite(ctx.db)  # DuckDB leaves what is deleted readable in free pages
    home = None if folder is None else Path(folder)
    if "logs" in what:
        counts["logs"] = _unlink(_logs(home or ctx.settings.log.folder), before, ctx)
    if "backups" in what:
        counts["backups"] = _unlink(earlier(ctx.db.path, home)[:-1], before, ctx)
    total = sum(counts.values())
    would = "would remove" if ctx.db.dry_run else "removed"
    parts = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    message = f"{would} from before {before:%Y-%m-%d}: {parts or 'nothing'}"
    rows = [{"what": name, "removed": count} for name, count in counts.items()]
    return Outcome(rows, rows_in=total, rows_out=total, message=message)


def _before(older_than: str) -> datetime:
    found = SPAN.match(older_than.strip().lower())
    days = int(found[1]) * DAYS[found[2]] if found else 0
    if not 0 < days < 36_500:
        raise UsageError(f"--older-than {older_than!r} is no span.", do="--older-than 365d")
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def _logs(folder: Path | None) -> list[Path]:
    if folder is None:
        raise UsageError("Nothing says where the logs are.", do="[log] folder in affect.toml")
    return [file for file in folder.glob("*.jsonl") if LOG.fullmatch(file.name)]


def _unlink(files: list[Path], before: datetime, ctx: Context) -> int:
    moment = before.replace(tzinfo=UTC).timestamp()
    old = [file for file in files if file.stat().st_mtime < moment]
    for file in old:
        if not ctx.db.dry_run:
            file.unlink()
    return len(old)
