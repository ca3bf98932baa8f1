"""affect ingest prices: price bars from csv or parquet."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest prices btc.csv --asset BTC-USD"


@command(ingest, "prices", help=parts.summary("ingest", "prices"), example=EXAMPLE, writes=True)
def prices(
    common: Common,
    path: Annotated[str, typer.Argument(help="csv or parquet, also .gz.")],
    asset: Annotated[str | None, typer.Option(help="The asset, if no column says it.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN,...; fields as in `price`.")
    ] = None,
    where: Annotated[str | None, typer.Option(help="Keep rows for which this SQL holds.")] = None,
    bar: Annotated[str | None, typer.Option(help="Length of a bar: 1d, 1h, 1m.")] = None,
    since: Annotated[str | None, typer.Option(help="From here on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this.")] = None,
) -> None:
    """Read price bars from a file."""
    params = {"path": path, "asset": asset, "map": pairs("--map", map_), "where": where}
    params |= {"bar": bar, "since": since, "until": until}
    common.step("ingest prices", {k: v for k, v in params.items() if v is not None})
