"""affect query: ad-hoc SQL and saved queries, read-only."""

from typing import Annotated

import typer

from affectcli.cli import _query_catalogue as catalogue
from affectcli.cli import _query_show as show
from affectcli.cli._app import Common, app, command

EXAMPLE = "affect query \"from daily where measure = 'fear'\" -f csv"
PARAM = "NAME=VALUE for a $NAME: a date, a number or a text."
SAVED = "A saved query, or a file of your own, mine.sql."
DESCRIBE = "Tables, columns and what they are; TABLE... for some."


@command(app, "query", example=EXAMPLE)
def query(
    common: Common,
    sql: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SQL]",
            help="One SELECT; `-` reads it from stdin.",
            autocompletion=catalogue.complete_sql,
        ),
    ] = None,
    saved: Annotated[
        str | None, typer.Option(help=SAVED, autocompletion=catalogue.complete_saved)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the saved queries.")] = False,
    param: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help=PARAM)] = None,
    describe: Annotated[bool, typer.Option("--describe", help=DESCRIBE)] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, help="At most this many rows [all; 1000 on screen].")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Stop after this many seconds.")] = 60.0,
) -> None:
    """Ask the database anything in SQL, read-only, also while it is written.

    affect query --saved highest --param measure=fear --param days=3

    affect query 'from price where asset = $asset' --param asset=BTC-USD
    """
    if list_:
        show.saved_queries(common)
    elif describe:
        show.tables(common, sql or [])
    else:
        asked = show.question(sql or [], saved, param or [])
        show.answer(common, asked, limit=limit, timeout=timeout)
