"""Finds the files that ship beside the code: SQL statements and pipelines."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return a shipped folder ('sql', 'pipelines'): in the package, or beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


@cache
def sql(name: str) -> str:
    """Return the statement in sql/<name>.sql, e.g. `sql("ingest/insert_post")`."""
    return (folder("sql") / f"{name}.sql").read_text(encoding="utf-8")
