"""affect forecast: when will it be high again?"""

from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect forecast --signal 'reddit/CryptoCurrency:fear' --horizon 14 --high q80"


@command(app, "forecast", example=EXAMPLE, writes=True)
def forecast(
    common: Common,
    signal: Annotated[str, typer.Option(help="A signal, or a glob.")],
    horizon: Annotated[int, typer.Option(min=1, max=60, help="Days ahead.")] = 14,
    high: Annotated[
        str, typer.Option(help="What counts as high: q80, mean+2sd or a number.")
    ] = "q80",
) -> None:
    """Forecast a signal, and say how good such forecasts were."""
    shown = ("signal", "model", "origin", "threshold", "periods")
    common.step("forecast", {"signal": signal, "horizon": horizon, "high": high}, shown=shown)
