"""affect analyze causes: what are the causes of an emotion about?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze causes --community reddit/EatingDisorders --emotion sadness --by quarter"
SHOWN = ("community", "emotion", "theme", "spans", "authors", "share", "trend", "q_value")


@command(analyze, "causes", help=parts.summary("analyze", "causes"), example=EXAMPLE, writes=True)
def causes(
    common: Common,
    emotion: Annotated[str, typer.Option(help="An emotion, a glob, or any: all together.")] = "*",
    community: Annotated[str, typer.Option(help="A community, or a glob.")] = "*",
    since: Annotated[str, typer.Option(help="Posts from this date on.")] = "",
    until: Annotated[str, typer.Option(help="Posts before this date.")] = "",
    by: Annotated[str, typer.Option(help="week, month, quarter or year.")] = "month",
    most: Annotated[
        int, typer.Option(min=50, help="Different spans to read; a draw of more.")
    ] = 6000,
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Group cause spans into themes."""
    params: dict[str, object] = {"emotion": emotion, "community": community, "since": since}
    params |= {"until": until, "by": by, "most": most, "as_of": as_of}
    common.step("analyze causes", params, shown=SHOWN)
