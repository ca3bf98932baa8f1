"""affect report: one page that answers first, then figures."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect report --community reddit/CryptoCurrency --asset BTC-USD -o report.pdf"


@command(app, "report", example=EXAMPLE, writes=True)
def report(
    common: Common,
    community: Annotated[str | None, typer.Option(help="The community [the largest].")] = None,
    asset: Annotated[list[str] | None, typer.Option(help="An asset to show beside it.")] = None,
    since: Annotated[str | None, typer.Option(help="Draw from this day on: 2024-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="Draw up to before this day.")] = None,
) -> None:
    """Write the report: -o FILE.pdf, or .png for pictures."""
    from dataclasses import replace

    output = common.output or Path("report.pdf")
    params = {"community": community, "asset": asset or [], "output": str(output)}
    params |= {"since": since, "until": until}
    replace(common, output=None).step("report", params)
