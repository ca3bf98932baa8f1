"""affect ingest stocktwits: messages from files or from the API."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest stocktwits messages.json.gz"


@command(
    ingest, "stocktwits", help=parts.summary("ingest", "stocktwits"), example=EXAMPLE, writes=True
)
def stocktwits(
    common: Common,
    path: Annotated[str | None, typer.Argument(help="JSON as the API sends it, or csv.")] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Read the API's stream of it.")] = None,
    community: Annotated[
        str | None, typer.Option(help="Its name here [stocktwits/SYMBOL].")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN,... of csv.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many messages.")] = None,
    api: Annotated[str | None, typer.Option(help="Another address of the API.")] = None,
) -> None:
    """Read messages of Stocktwits."""
    params: dict[str, object] = {"path": path, "symbol": symbol or [], "community": community}
    params |= {"map": pairs("--map", map_), "since": since, "until": until, "limit": limit}
    params["api"] = api
    common.step("ingest stocktwits", {k: v for k, v in params.items() if v is not None})
