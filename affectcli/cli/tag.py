"""affect tag: posts in, emotions out."""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, app, command

TAGGERS = "; ".join(f"{name}: {parts.summary('tag', name)}" for name in parts.names("tag"))


@command(app, "tag", writes=True, example="affect tag --device cpu")
def tag(
    common: Common,
    tagger: Annotated[str | None, typer.Option(help=TAGGERS)] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or mps.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many texts.")] = None,
) -> None:
    """Tag every post that is not tagged yet; go on where it stopped."""
    common.step("tag", {"tagger": tagger, "device": device, "limit": limit})
