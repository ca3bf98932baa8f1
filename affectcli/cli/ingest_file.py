"""affect ingest file: posts from csv, jsonl or parquet."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, command, ingest
from affectcli.cli._pairs import pairs

EXAMPLE = "affect ingest file posts.csv.gz --community forum/example --map id=key,body=text"


@command(ingest, "file", help=parts.summary("ingest", "file"), example=EXAMPLE, writes=True)
def file(
    common: Common,
    path: Annotated[str, typer.Argument(help="csv, jsonl or parquet, also .gz; `-` is stdin.")],
    community: Annotated[str | None, typer.Option(help="Where the posts were published.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN,...; fields as in `post`.")
    ] = None,
    where: Annotated[str | None, typer.Option(help="Keep rows for which this SQL holds.")] = None,
    no_repeats: Annotated[bool, typer.Option(help="Refuse text that occurred before.")] = False,
    source: Annotated[str | None, typer.Option(help="Name of the source [file].")] = None,
    kind: Annotated[str, typer.Option(help="submission, comment or message.")] = "message",
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this: date, epoch or 7d.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many rows.")] = None,
    ticker: Annotated[list[str] | None, typer.Option(help="A bare ticker to recognise.")] = None,
    input_format: Annotated[str | None, typer.Option(help="csv, jsonl or parquet.")] = None,
) -> None:
    """Read posts from a file."""
    params = {
        "path": path,
        "community": community,
        "map": pairs("--map", map_),
        "where": where,
        "no_repeats": no_repeats,
        "source": source,
        "kind": kind,
        "since": since,
        "until": until,
        "limit": limit,
        "ticker": ticker or [],
        "format": input_format,
    }
    common.step("ingest file", {k: v for k, v in params.items() if v is not None})
