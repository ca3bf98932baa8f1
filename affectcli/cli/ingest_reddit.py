"""affect ingest reddit: posts and comments of subreddits, through Reddit's API."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest

EXAMPLE = "affect ingest reddit --sub CryptoCurrency --sub Bitcoin --comments --since 7d"


@command(ingest, "reddit", help=parts.summary("ingest", "reddit"), example=EXAMPLE, writes=True)
def reddit(
    common: Common,
    sub: Annotated[list[str], typer.Option(help="A subreddit; give it once for each.")],
    listing: Annotated[str, typer.Option(help="new, hot, top or rising.")] = "new",
    query: Annotated[str | None, typer.Option(help="Search each subreddit for this.")] = None,
    comments: Annotated[bool, typer.Option(help="Read the comments too.")] = False,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most this many submissions of each.")
    ] = None,
    lag: Annotated[str, typer.Option(help="Look again at posts younger than this.")] = "48h",
    ticker: Annotated[list[str] | None, typer.Option(help="A bare ticker to recognise.")] = None,
) -> None:
    """Read subreddits through Reddit's API."""
    params = {
        "sub": sub,
        "listing": listing,
        "query": query,
        "comments": comments,
        "since": since,
        "until": until,
        "limit": limit,
        "lag": lag,
        "ticker": ticker or [],
    }
    common.step("ingest reddit", {k: v for k, v in params.items() if v is not None})
