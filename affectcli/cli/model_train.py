"""affect model train: make the default tagger again, or one of its parts."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model
from affectcli.errors import UsageError

EXAMPLE = "affect model train --data FOLDER --out weights --seed 0"
TASKS = {
    "mini": "adapter and all heads from the corpora in --data",
    "cause": "the cause head alone, for the weights in --out",
    "dsm5": "a sentence-level symptom head from ReDSM5's files, for --tagger dsm5:OUT",
}
HELP = "; ".join(f"{name}: {what}" for name, what in TASKS.items())


@command(model, "train", example=EXAMPLE)
def train(
    common: Common,
    data: Annotated[Path, typer.Option(help="Folder with the corpora (docs/training.md).")],
    out: Annotated[Path, typer.Option(help="Folder for weights and card.")],
    task: Annotated[str, typer.Option(help=HELP)] = "mini",
    epochs: Annotated[int, typer.Option(min=1, help="Passes of the emotion stage.")] = 4,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint in --out.")] = True,
) -> None:
    """Train from data on disk: seeded, checkpointed, resumable."""
    if task not in TASKS:
        raise UsageError(f"There is no task {task!r}.", known=f"Tasks: {HELP}.")
    from affectcli.log import logger

    seed = common.settings().seed if common.seed is None else common.seed
    given = {"data": data, "out": out, "seed": seed, "progress": logger.info}
    if task == "mini":
        from affectcli.tag._train import train

        card = train(**given, epochs=epochs, resume=resume)  # type: ignore[arg-type]  # one dict for three
    elif task == "cause":
        from affectcli.tag import _cause_card

        card = _cause_card.add(**given, resume=resume)  # type: ignore[arg-type]  # the same
    else:
        from affectcli.tag._dsm5_train import train as train_dsm5

        card = train_dsm5(**given)  # type: ignore[arg-type]  # the same
    parameters = {"task": task, "data": str(data), "seed": seed}
    common.emit([card], command="model train", parameters=parameters)
