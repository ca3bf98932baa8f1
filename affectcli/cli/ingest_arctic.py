"""affect ingest arctic: posts and comments of subreddits, from Arctic Shift's archive."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest

EXAMPLE = "affect ingest arctic --sub CryptoCurrency --since 2024-01-01 --until 2024-02-01"


@command(ingest, "arctic", help=parts.summary("ingest", "arctic"), example=EXAMPLE, writes=True)
def arctic(
    common: Common,
    sub: Annotated[list[str], typer.Option(help="A subreddit; give it once for each.")],
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d [now].")] = None,
    comments: Annotated[bool, typer.Option(help="Read the comments too.")] = False,
    ticker: Annotated[list[str] | None, typer.Option(help="A bare ticker to recognise.")] = None,
) -> None:
    """Read subreddits from Arctic Shift."""
    params = {
        "sub": sub,
        "since": since,
        "until": until,
        "comments": comments,
        "ticker": ticker or [],
    }
    common.step("ingest arctic", {k: v for k, v in params.items() if v is not None})
