"""Checks the installation and the database, and says what to do about what is wrong."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from affectcli import __version__, parts, resources
from affectcli.errors import AffectError
from affectcli.store import Database
from affectcli.store.checks import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from affectcli.settings import Settings

LEAST_SPACE = 2**30


def examine(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a check: check, ok, detail."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("python", lambda _: f"{sys.version.split()[0]}, affect {__version__}"),
        ("shipped files", _shipped),
        ("author key", _key),
        ("disk space", _space),
        ("tagger", _tagger),
    ]
    rows = [_row(name, check, settings) for name, check in checks]
    rows.extend(_stored(settings))
    return rows


def _row(name: str, check: Callable[[Settings], str], settings: Settings) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "detail": check(settings)}
    except (AffectError, OSError) as error:
        return {"check": name, "ok": False, "detail": str(error)}


def _shipped(_: Settings) -> str:
    statements = list(resources.folder("sql").rglob("*.sql"))
    pipelines = list(resources.folder("pipelines").glob("*.toml"))
    if not statements or not pipelines:
        raise AffectError(
            "sql/ or pipelines/ are missing from the installation.",
            do="pip install --force-reinstall affectcli",
        )
    return f"{len(statements)} statements, {len(pipelines)} pipelines"


def _key(settings: Settings) -> str:
    file = settings.key_file
    if not file.exists():
        return f"{file} will be made at the first ingest"
    mode = file.stat().st_mode & 0o777
    if mode != 0o600:
        raise AffectError(f"{file} can be read by others (mode {mode:o}).", do=f"chmod 600 {file}")
    return str(file)


def _space(settings: Settings) -> str:
    free = shutil.disk_usage(settings.db.absolute().parent).free
    if free < LEAST_SPACE:
        raise AffectError(f"{free / 2**20:.0f} MiB left beside {settings.db}: free some space.")
    return f"{free / 2**30:.0f} GiB left beside {settings.db}"


def _tagger(settings: Settings) -> str:
    part, _, target = settings.tag.tagger.partition(":")
    model = parts.load("tag", part).load(target, device=settings.tag.device)
    score = model.score(["I am so happy about this!"])
    labels = f"{score.shape[1]} labels"
    return f"{settings.tag.tagger} works on {model.device} in {model.precision}, {labels}"


def _stored(settings: Settings) -> Iterator[dict[str, Any]]:
    db = Database(settings.db, wait=settings.wait)
    if not db.exists:
        yield {"check": "database", "ok": True, "detail": f"{settings.db} does not exist yet"}
        return
    try:
        for name, says, count in violations(db):
            detail = says if count == 0 else f"{count} rows violate: {says}"
            yield {"check": name, "ok": count == 0, "detail": detail}
    except AffectError as error:
        yield {"check": "database", "ok": False, "detail": str(error)}
