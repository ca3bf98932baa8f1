"""affect tag: posts in, emotions and markers out."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, app, command

TAGGERS = "PART[:TARGET]. " + "; ".join(
    f"{name}: {parts.summary('tag', name)}" for name in parts.names("tag")
)


@command(app, "tag", writes=True, example="affect tag --device cpu --heads goemotions28,markers")
def tag(
    common: Common,
    tagger: Annotated[str | None, typer.Option(help=TAGGERS)] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu, cuda (all cards), cuda:0, mps.")
    ] = None,
    heads: Annotated[str | None, typer.Option(help="Schemes, with commas; all of them.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many texts.")] = None,
    shard: Annotated[
        str | None, typer.Option(help="i/n: one part of the texts, for array jobs.")
    ] = None,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Also posts that the tagger does not read.")
    ] = False,
) -> None:
    """Tag every post that is not tagged yet; go on where it stopped."""
    params = {
        "tagger": tagger,
        "device": device,
        "heads": None if heads is None else [name.strip() for name in heads.split(",")],
        "limit": limit,
        "shard": shard,
        "any_language": any_language,
    }
    common.step("tag", params)
