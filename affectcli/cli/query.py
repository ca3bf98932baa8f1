"""affect query: ad-hoc SQL, read-only."""

import sys
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command


@command(app, "query", example="affect query \"from daily where measure = 'fear'\" -f csv")
def query(
    common: Common,
    sql: Annotated[str, typer.Argument(help="One SELECT; `-` reads it from stdin.")] = "",
    describe: Annotated[bool, typer.Option(help="List tables, columns and types.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, help="At most this many rows.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Stop after this many seconds.")] = 60.0,
) -> None:
    """Ask the database anything in SQL, read-only."""
    from affectcli import store
    from affectcli.errors import UsageError

    settings = common.settings()
    db = store.Database(settings.db, wait=settings.wait)
    if describe:
        rows = store.describe(db)
    else:
        text = sys.stdin.read() if sql == "-" else sql
        if not text.strip():
            raise UsageError("There is no SQL.", do='affect query "from daily limit 5"')
        rows = store.query(db, text, limit=limit, timeout=timeout)
    common.emit(rows, command="query", parameters={"sql": sql})
