"""affect analyze drivers: what carries a change between two windows?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = (
    "affect analyze drivers --signal reddit/CryptoCurrency:fear --window 2021-05-10/2021-05-24"
)
SHOWN = ("rank", "dimension", "name", "role", "contribution", "share", "low", "high", "q_value")


@command(analyze, "drivers", help=parts.summary("analyze", "drivers"), example=EXAMPLE, writes=True)
def drivers(
    common: Common,
    signal: Annotated[str, typer.Option(help="A label's share; a glob pools its communities.")],
    window: Annotated[str, typer.Option(help="START/END, end excluded, UTC.")],
    baseline: Annotated[
        str, typer.Option(help="START/END to compare with [the 8 weeks before the window].")
    ] = "",
    top: Annotated[int, typer.Option(min=1, max=200, help="Terms and threads shown.")] = 10,
    draws: Annotated[int, typer.Option(min=199, help="Bootstrap draws of authors.")] = 999,
    as_of: Annotated[str, typer.Option(help="Only posts before this date.")] = "",
) -> None:
    """Divide the change of a share into what carries it."""
    params: dict[str, object] = {"signal": signal, "window": window, "baseline": baseline}
    params |= {"top": top, "draws": draws, "as_of": as_of}
    common.step("analyze drivers", params, shown=SHOWN)
