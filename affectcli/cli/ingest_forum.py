"""affect ingest forum: posts of Discourse, RSS and Atom, Stack Exchange, Hacker News."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest

EXAMPLE = "affect ingest forum https://meta.discourse.org --kind discourse --since 7d"


@command(ingest, "forum", help=parts.summary("ingest", "forum"), example=EXAMPLE, writes=True)
def forum(
    common: Common,
    path: Annotated[
        str, typer.Argument(metavar="URL|PATH", help="An address, a file or a folder.")
    ],
    kind: Annotated[str, typer.Option(help="discourse, rss, atom, stackexchange or hackernews.")],
    community: Annotated[str | None, typer.Option(help="Its name here [forum/HOST].")] = None,
    query: Annotated[str | None, typer.Option(help="Words to search for (hackernews).")] = None,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many posts.")] = None,
    ticker: Annotated[list[str] | None, typer.Option(help="A bare ticker to recognise.")] = None,
) -> None:
    """Read posts of a forum."""
    params: dict[str, object] = {"path": path, "kind": kind, "community": community, "query": query}
    params |= {"since": since, "until": until, "limit": limit, "ticker": ticker or []}
    common.step("ingest forum", {k: v for k, v in params.items() if v is not None})
