"""affect schedule print: a pipeline every night, by cron or systemd."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

schedule = typer.Typer(
    help="Run a pipeline every night.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(schedule, name="schedule")
EXAMPLE = "affect schedule print cron pipelines/demo.toml --at 03:15"


@schedule.callback()
def _group() -> None:
    """Run a pipeline every night."""


@command(schedule, "print", example=EXAMPLE)
def print_(
    common: Common,
    kind: Annotated[str, typer.Argument(help="cron or systemd.")],
    pipeline: Annotated[Path, typer.Argument(help="A file of pipelines/, or your own.")],
    at: Annotated[str, typer.Option(help="When, every day, on this machine's clock.")] = "03:15",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE for a ${NAME} of the file.")
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait while another run is at work.")
    ] = 3600.0,
    log_folder: Annotated[Path, typer.Option(help="For the logs of the runs.")] = Path("logs"),
    log: Annotated[
        Path | None, typer.Option(help="For what is said on the terminal [PIPELINE.log].")
    ] = None,
) -> None:
    """Print what makes cron or systemd run a pipeline from this folder, with this installation."""
    from affectcli import runner
    from affectcli.cli.run import named
    from affectcli.errors import UsageError

    if kind not in {"cron", "systemd"}:
        raise UsageError(f"{kind!r} is no scheduler.", known="Known: cron, systemd.")
    plan = runner.read_pipeline(pipeline, named(set_))
    options = [("--set", item) for item in set_ or []]
    options += [("--wait", f"{wait:g}"), ("--log-folder", str(log_folder.absolute()))]
    options += [("--config", str(common.config.absolute()))] if common.config else []
    job = runner.job(plan, common.settings(), at=at, options=options, log=log)
    files = {"crontab": runner.cron(job)} if kind == "cron" else runner.systemd(job)
    if common.for_the_eye:
        for name, text in files.items():
            title = "" if kind == "cron" else f"# /etc/systemd/system/{name}\n"
            sys.stdout.write(f"{title}{text}")
        return
    rows = [{"file": name, "content": text} for name, text in files.items()]
    common.emit(rows, command="schedule print", parameters={"kind": kind})
