"""affect model card: what the tagger was made of, and what it cannot do."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model


@command(model, "card", example="affect model card --json")
def card(
    common: Common,
    weights: Annotated[Path | None, typer.Option(help="Folder of weights [the shipped].")] = None,
) -> None:
    """Print data, licence, metrics, thresholds and limits of the tagger."""
    from affectcli.tag import _card

    found = _card.read(weights or _card.WEIGHTS)
    if common.for_the_eye:
        typer.echo(_card.page(found))
    else:
        common.emit([found], command="model card", parameters={})
