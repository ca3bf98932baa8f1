"""affect run: the steps of a pipeline file."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect run pipelines/demo.toml --wait 600 --log-folder logs"
SHOWN = ("step", "id", "status", "seconds", "rows_out", "output")
PLANNED = ("step", "id", "command", "needs", "parameters")


@command(app, "run", writes=True, example=EXAMPLE)
def run(
    common: Common,
    pipeline: Annotated[Path, typer.Argument(help="A file of pipelines/, or your own.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE for a ${NAME} of the file.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="For ${since}: 2024-01-31, 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="For ${until}.")] = None,
    start: Annotated[str, typer.Option("--from", help="Begin with this step.")] = "",
    only: Annotated[list[str] | None, typer.Option(help="Run this step; can be repeated.")] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(help="Exit 11 if this SQL condition holds at the end."),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait while another run is at work.")
    ] = 0.0,
    log_folder: Annotated[
        Path | None, typer.Option(help="Leave a log of JSON lines here, a file a run.")
    ] = None,
) -> None:
    """Run the steps of a pipeline file, alone, in order.

    Steps that need one that failed are passed over, the others run; the exit code is the first
    cause. A step whose inputs have not changed since its last success does nothing. Steps are
    meant by number, id or command.
    """
    from affectcli import runner

    variables = named(set_)
    variables |= {k: v for k, v in (("since", since), ("until", until)) if v is not None}
    wishes = runner.Wishes(start, tuple(only or ()), wait, log_folder, tuple(fail_if or ()))
    plan = runner.read_pipeline(pipeline, variables)
    asked = {"pipeline": str(pipeline), **variables}
    if common.dry_run:
        rows = runner.planned(plan, wishes)
        common.emit(rows, command="run", parameters=asked, shown=PLANNED)
        return
    done = runner.carry_out(plan, common.settings(), seed=common.seed, wishes=wishes)
    common.emit(done.rows, command="run", parameters=asked, shown=SHOWN)
    if done.error:
        raise done.error


def named(items: list[str] | None) -> dict[str, str]:
    """Return the variables that --set names."""
    from affectcli.errors import UsageError

    pairs = [item.partition("=") for item in items or []]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise UsageError(f"--set {wrong[0]} has no value.", do=f"--set {wrong[0]}=VALUE")
    return {name: value for name, _, value in pairs}
