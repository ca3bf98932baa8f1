"""affect export: tables for others, as Parquet or csv."""

from dataclasses import replace
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect export -o shared --table daily --table price --since 2024-01-01"
TABLES = ("daily", "finding", "forecast", "alert", "event", "price", "series", "all")
PERSON = "needs report.individual_reason in the settings."


def _complete(incomplete: str) -> list[str]:
    return [name for name in TABLES if name.startswith(incomplete)]


@command(app, "export", example=EXAMPLE)
def export(
    common: Common,
    table: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{', '.join(TABLES)} [daily].",
            autocompletion=_complete,
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    by: Annotated[str, typer.Option(help="Folders by year or month.")] = "year",
    as_: Annotated[str, typer.Option("--as", help="Files as parquet or csv.")] = "parquet",
    with_text: Annotated[
        bool, typer.Option("--with-text", help=f"Posts with their text; {PERSON}")
    ] = False,
    with_authors: Annotated[
        bool, typer.Option("--with-authors", help=f"Posts with authors' hashes; {PERSON}")
    ] = False,
) -> None:
    """Write tables into a folder for others: -o FOLDER.

    Cells of fewer than report.k authors have no numbers; texts and authors stay here. The folder
    appears whole, in the place of an earlier export; manifest.json has versions and hashes.

    affect export -o shared --table all --by month

    duckdb -c "from read_parquet('shared/daily/**/*.parquet', hive_partitioning = true)"
    """
    import secrets
    from datetime import UTC, datetime

    from affectcli.errors import UsageError
    from affectcli.log import logger
    from affectcli.store import Context, Database
    from affectcli.store import export as store_export
    from affectcli.times import window

    if common.output is None or str(common.output) == "-":
        raise UsageError("An export is a folder.", do="affect export -o FOLDER")
    settings = common.settings()
    first, last = window(since, until)
    wish = store_export.Wish(
        tuple(table or ("daily",)), first, last, by, as_, with_text, with_authors
    )
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    ctx = Context(Database(settings.db, wait=settings.wait), settings, run_id, settings.seed)
    outcome = store_export.run(ctx, output=common.output, wish=wish)
    asked = {"table": wish.names, "since": since, "until": until, "output": str(common.output)}
    replace(common, output=None).emit(outcome.rows, command="export", parameters=asked)
    logger.info("%s", outcome.message)
