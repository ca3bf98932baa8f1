"""affect analyze changepoints: when did a level shift, and was it the mood or the instrument?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze changepoints --signal 'reddit/CryptoCurrency:*'"
SHOWN = ("signal", "ts", "before", "after", "q_value", "kind", "cause")
TURNS = ("thread", "post_id", "ts", "signal", "before", "after", "p_value")


@command(
    analyze,
    "changepoints",
    help=parts.summary("analyze", "changepoints"),
    example=EXAMPLE,
    writes=True,
)
def changepoints(
    common: Common,
    signal: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")] = "",
    thread: Annotated[
        str, typer.Option(help="A post: where the emotion of its thread turns, instead.")
    ] = "",
    nulls: Annotated[int, typer.Option(min=199, help="Surrogates for the null.")] = 999,
    as_of: Annotated[str, typer.Option(help="Only what was known then (a date).")] = "",
) -> None:
    """Find level shifts, and breaks of the instrument."""
    params = {"signal": signal, "thread": thread, "nulls": nulls, "as_of": as_of}
    common.step("analyze changepoints", params, shown=TURNS if thread else SHOWN)
