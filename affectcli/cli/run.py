"""affect run: the steps of a pipeline file."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command


@command(app, "run", writes=True, example="affect run pipelines/demo.toml")
def run(
    common: Common,
    pipeline: Annotated[Path, typer.Argument(help="A file of pipelines/.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE for a ${NAME} of the file.")
    ] = None,
) -> None:
    """Run the steps of a pipeline file, in order.

    The first failure stops it, with that step's exit code. A step whose inputs have not changed
    since its last success is passed over.
    """
    from affectcli import runner
    from affectcli.errors import UsageError

    pairs = [item.partition("=") for item in set_ or []]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise UsageError(f"--set {wrong[0]} has no value.", do=f"--set {wrong[0]}=VALUE")
    variables = {name: value for name, _, value in pairs}
    if common.dry_run:
        steps = runner.read_pipeline(pipeline, variables)
        rows = [{"step": s.number, "command": s.command, "parameters": s.params} for s in steps]
    else:
        rows = runner.run_pipeline(pipeline, variables, common.settings(), seed=common.seed)
    shown = None if common.dry_run else ("step", "command", "seconds", "rows_out", "output")
    common.emit(
        rows, command="run", parameters={"pipeline": str(pipeline), **variables}, shown=shown
    )
