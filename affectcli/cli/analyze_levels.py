"""affect analyze levels: what is high now, what changed, when was it highest?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze levels --signal 'reddit/CryptoCurrency:*'"


@command(analyze, "levels", help=parts.summary("analyze", "levels"), example=EXAMPLE, writes=True)
def levels(
    common: Common,
    signal: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")],
    recent: Annotated[int, typer.Option(min=1, help="Days that count as now.")] = 7,
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Compare now with a signal's own history."""
    shown = ("signal", "now", "before", "q_value", "peak_start", "peak_q")
    common.step("analyze levels", {"signal": signal, "recent": recent, "as_of": as_of}, shown=shown)
