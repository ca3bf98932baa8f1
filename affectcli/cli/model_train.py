"""affect model train: make the default tagger again."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model

EXAMPLE = "affect model train --data goemotions --out weights --seed 0"


@command(model, "train", example=EXAMPLE)
def train(
    common: Common,
    data: Annotated[Path, typer.Option(help="Folder with the official GoEmotions split.")],
    out: Annotated[Path, typer.Option(help="Folder for weights and card.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training texts.")] = 4,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint in --out.")] = True,
) -> None:
    """Train adapter and head on GoEmotions: seeded, checkpointed, resumable."""
    from affectcli.log import logger
    from affectcli.tag._train import train

    seed = common.settings().seed if common.seed is None else common.seed
    card = train(data=data, out=out, seed=seed, epochs=epochs, resume=resume, progress=logger.info)
    common.emit([card], command="model train", parameters={"data": str(data), "seed": seed})
