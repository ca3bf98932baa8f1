"""affect analyze events: what did an event change?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze events --signal 'reddit/CryptoCurrency:*' --category regulation"


@command(analyze, "events", help=parts.summary("analyze", "events"), example=EXAMPLE, writes=True)
def events(
    common: Common,
    signal: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")],
    category: Annotated[
        str, typer.Option(help="A glob: the events of each such category together [by name].")
    ] = "",
    window: Annotated[str, typer.Option(help="Days of the effect, 0 is the event.")] = "-1:5",
    baseline: Annotated[str, typer.Option(help="Days to compare with.")] = "-30:-2",
    placebos: Annotated[int, typer.Option(min=500, help="Placebo calendars.")] = 999,
    its: Annotated[bool, typer.Option("--its", help="Level and slope from the event on.")] = False,
    as_of: Annotated[str, typer.Option(help="Only what was known then (a date).")] = "",
) -> None:
    """Compare the days around events with the days before, and with placebo dates."""
    params: dict[str, object] = {"signal": signal, "category": category, "window": window}
    params |= {"baseline": baseline, "placebos": placebos, "its": its, "as_of": as_of}
    shown = ("event", "signal", "n", "effect", "low", "high", "p_value", "q_value", "pre_trend_p")
    common.step("analyze events", params, shown=shown)
