"""affect model eval: how good is the tagger, beside what?"""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model

MODELS = ("split", "model", "macro_f1", "low", "high", "micro_f1", "ekman_macro_f1")
LABELS = ("label", "support", "precision", "recall", "f1", "threshold", "weak")


@command(model, "eval", example="affect model eval --data goemotions")
def evaluate(
    common: Common,
    data: Annotated[Path, typer.Option(help="Folder with the official GoEmotions split.")],
    weights: Annotated[Path | None, typer.Option(help="Folder of weights [the shipped].")] = None,
    bootstrap: Annotated[int, typer.Option(min=100, help="Resamples for intervals.")] = 1000,
) -> None:
    """Score the tagger on the official test split beside its baselines, with intervals."""
    from affectcli.tag._evaluate import evaluate

    seed = common.settings().seed if common.seed is None else common.seed
    rows = evaluate(data=data, weights=weights, bootstrap=bootstrap, seed=seed)
    parameters = {"data": str(data), "seed": seed}
    if common.for_the_eye:
        models = [row for row in rows if row["row"] == "model"]
        labels = [row for row in rows if row["row"] == "label" and row["split"] == "test"]
        common.emit(models, command="model eval", parameters=parameters, shown=MODELS)
        common.emit(labels, command="model eval", parameters=parameters, shown=LABELS)
    else:
        common.emit(rows, command="model eval", parameters=parameters)
