"""affect model eval: how good is the tagger, beside what?"""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model

MEASURES = ("head", "measure", "value", "low", "high", "baseline_value", "published_value", "texts")
LABELS = ("head", "label", "support", "precision", "recall", "f1", "ece", "threshold", "weak")


@command(model, "eval", example="affect model eval --data FOLDER")
def evaluate(
    common: Common,
    data: Annotated[Path, typer.Option(help="Folder with the corpora (docs/training.md).")],
    weights: Annotated[Path | None, typer.Option(help="Folder of weights [the shipped].")] = None,
    head: Annotated[list[str] | None, typer.Option(help="Only these heads.")] = None,
) -> None:
    """Score every head on its test side beside its baselines, with intervals and support."""
    from affectcli.tag._evaluate import evaluate

    rows = evaluate(data=data, weights=weights, heads=head)
    parameters = {"data": str(data), "heads": head}
    if common.for_the_eye:
        measures = [row for row in rows if row["row"] == "measure"]
        labels = [row for row in rows if row["row"] == "label"]
        common.emit(measures, command="model eval", parameters=parameters, shown=MEASURES)
        common.emit(labels, command="model eval", parameters=parameters, shown=LABELS)
    else:
        common.emit(rows, command="model eval", parameters=parameters)
