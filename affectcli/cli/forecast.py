"""affect forecast: when will it be high again?"""

from typing import Annotated, Literal

import typer

from affectcli import parts
from affectcli.cli._app import Common, app, command

EXAMPLE = "affect forecast --signal 'reddit/CryptoCurrency:fear' --horizon 14 --high q80"


@command(app, "forecast", example=EXAMPLE, writes=True)
def forecast(
    common: Common,
    signal: Annotated[str, typer.Option(help="A signal, or a glob for many at once.")],
    horizon: Annotated[int, typer.Option(min=1, max=60, help="Days (or weeks) ahead.")] = 14,
    high: Annotated[
        str, typer.Option(help="What counts as high: q80, mean+2sd or a number.")
    ] = "q80",
    freq: Annotated[Literal["day", "week"], typer.Option(help="Rows: days, or weeks.")] = "day",
    others: Annotated[
        list[str] | None, typer.Option("--with", help="A signal that models may use; repeatable.")
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(help="Events known long before, by name or category; repeatable."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(parts.names('forecast'))}; repeatable [all]."),
    ] = None,
    origins: Annotated[int, typer.Option(min=1, help="Past origins that are scored.")] = 60,
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Forecast a signal, and say how good such forecasts were."""
    params = {"signal": signal, "horizon": horizon, "high": high, "freq": freq}
    params |= {"others": others or (), "events": events or (), "model": model or ()}
    params |= {"origins": origins, "as_of": as_of}
    shown = ("signal", "model", "origin", "threshold", "periods", "abstains")
    common.step("forecast", params, shown=shown)
