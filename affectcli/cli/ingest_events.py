"""affect ingest events: dated events from csv or a calendar."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest events fomc.csv --category macro"


@command(ingest, "events", help=parts.summary("ingest", "events"), example=EXAMPLE, writes=True)
def events(
    common: Common,
    path: Annotated[str, typer.Argument(help="csv, jsonl or .ics, also .gz.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN,...; fields as in `event`.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of every event, if no column says it.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="Category of every event.")] = None,
    scope: Annotated[str | None, typer.Option(help="What the events concern.")] = None,
) -> None:
    """Read events from a file."""
    params = {"path": path, "map": pairs("--map", map_), "name": name}
    params |= {"category": category, "scope": scope}
    common.step("ingest events", {k: v for k, v in params.items() if v is not None})
