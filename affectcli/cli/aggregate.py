"""affect aggregate: from tagged posts to community time series."""

from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command


@command(app, "aggregate", writes=True, example="affect aggregate --freq week")
def aggregate(
    common: Common,
    freq: Annotated[str, typer.Option(help="hour, day or week.")] = "day",
) -> None:
    """Build community time series: prevalence with its interval."""
    common.step("aggregate", {"freq": freq})
