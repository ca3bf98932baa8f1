"""affect ingest prices: price bars from files or services."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest prices btc.csv --asset BTC-USD"


@command(ingest, "prices", help=parts.summary("ingest", "prices"), example=EXAMPLE, writes=True)
def prices(
    common: Common,
    path: Annotated[
        str | None, typer.Argument(help="csv or parquet, also .gz; klines, also .zip.")
    ] = None,
    asset: Annotated[str | None, typer.Option(help="The asset, if no column says it.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="binance, yfinance or ccxt:EXCHANGE.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN,...; fields as in `price`.")
    ] = None,
    where: Annotated[str | None, typer.Option(help="Keep rows for which this SQL holds.")] = None,
    bar: Annotated[str | None, typer.Option(help="Length of a bar: 1d, 1h, 1m.")] = None,
    since: Annotated[str | None, typer.Option(help="From here on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this.")] = None,
    api: Annotated[str | None, typer.Option(help="Another address of Binance's API.")] = None,
) -> None:
    """Read price bars from a file or a service."""
    params: dict[str, object] = {"path": path, "asset": asset, "from_": from_, "where": where}
    params |= {"map": pairs("--map", map_), "bar": bar, "since": since, "until": until, "api": api}
    common.step("ingest prices", {k: v for k, v in params.items() if v is not None})
