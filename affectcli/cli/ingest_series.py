"""affect ingest series: any dated numbers."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest series calls.csv --name hotline"


@command(ingest, "series", help=parts.summary("ingest", "series"), example=EXAMPLE, writes=True)
def series(
    common: Common,
    path: Annotated[str, typer.Argument(help="csv or parquet: a date and numeric columns.")],
    name: Annotated[str, typer.Option(help="Name of the series: series/NAME:column.")],
    map_: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN: ts=week")] = None,
) -> None:
    """Read dated numbers from a file."""
    params = {"path": path, "name": name, "map": pairs("--map", map_)}
    common.step("ingest series", {k: v for k, v in params.items() if v is not None})
