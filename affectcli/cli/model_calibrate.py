"""affect model calibrate: a tagger's errors in one community, from posts labelled by hand."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model

EXAMPLE = "affect model calibrate sample.csv --community reddit/CryptoCurrency"
SHOWN = ("measure", "sensitivity", "specificity", "posts", "tp", "fn", "fp", "tn")


@command(model, "calibrate", example=EXAMPLE, writes=True)
def calibrate(
    common: Common,
    file: Annotated[Path, typer.Argument(help="A csv of `affect label sample` with answers.")],
    community: Annotated[str, typer.Option(help="Where the counts will be used.")],
) -> None:
    """Count the tagger's errors on posts labelled by hand; `aggregate` then uses them."""
    from affectcli.aggregate import _calibrate
    from affectcli.log import logger

    outcome = _calibrate.execute(
        common.settings(), file, community=community, dry_run=common.dry_run
    )
    asked = {"file": str(file), "community": community}
    common.emit(outcome.rows, command="model calibrate", parameters=asked, shown=SHOWN)
    logger.info("%s", outcome.message)
