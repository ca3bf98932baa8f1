"""affect ingest dump: posts from the monthly and per-subreddit files of Reddit archives."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest

EXAMPLE = "affect ingest dump RC_2021-01.zst RS_2021-01.zst --sub CryptoCurrency --sub Bitcoin"


@command(ingest, "dump", help=parts.summary("ingest", "dump"), example=EXAMPLE, writes=True)
def dump(
    common: Common,
    path: Annotated[
        list[str], typer.Argument(help="Dumps (.zst, .gz, .jsonl) or folders; `-` is stdin.")
    ],
    sub: Annotated[list[str] | None, typer.Option(help="A subreddit to keep [all].")] = None,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    deleted_later: Annotated[
        bool, typer.Option(help="Keep what was deleted after it was archived.")
    ] = False,
    ticker: Annotated[list[str] | None, typer.Option(help="A bare ticker to recognise.")] = None,
) -> None:
    """Read posts from dumps."""
    params = {
        "path": path,
        "sub": sub or [],
        "since": since,
        "until": until,
        "deleted_later": deleted_later,
        "ticker": ticker or [],
    }
    common.step("ingest dump", {k: v for k, v in params.items() if v is not None})
