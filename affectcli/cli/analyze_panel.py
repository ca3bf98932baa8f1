"""affect analyze panel: do posts before the market opens tell the next return?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze panel --signals '*@mean' --assets '*' --calendar XNYS --json"
SHOWN = ("model", "term", "coef", "se", "t", "p_value", "q_value", "n")


@command(analyze, "panel", help=parts.summary("analyze", "panel"), example=EXAMPLE, writes=True)
def panel(
    common: Common,
    signals: Annotated[str, typer.Option(help="Measures: '*', fear, '*@mean', 'ekman7.*'.")] = "*",
    assets: Annotated[str, typer.Option(help="Assets with daily bars, a glob.")] = "*",
    calendar: Annotated[str, typer.Option(help="auto, 24/7, or an exchange: XNYS, XLON.")] = "auto",
    hours: Annotated[str, typer.Option(help="Posts outside trading hours, or all.")] = "outside",
    zone: Annotated[str, typer.Option(help="On 24/7: time zone in which a day ends.")] = "UTC",
    lags: Annotated[int, typer.Option(min=0, max=20, help="Sessions before, besides.")] = 0,
    by_volatility: Annotated[
        bool, typer.Option("--by-volatility", help="Add each measure times volatility.")
    ] = False,
    each: Annotated[bool, typer.Option("--each", help="One regression a measure.")] = False,
    min_posts: Annotated[int, typer.Option(min=0, help="Floor of a window [settings].")] = 0,
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Regress next returns on what posts felt before, asset and day fixed."""
    params: dict[str, object] = {"signals": signals, "assets": assets, "calendar": calendar}
    params |= {"hours": hours, "zone": zone, "lags": lags, "by_volatility": by_volatility}
    params |= {"each": each, "min_posts": min_posts, "as_of": as_of}
    common.step("analyze panel", params, shown=SHOWN)
