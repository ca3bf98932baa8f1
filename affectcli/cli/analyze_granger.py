"""affect analyze granger: does x's past help to predict y?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze granger --x 'reddit/CryptoCurrency:*' --y asset/BTC-USD:return --json"
SHOWN = ("cause", "effect", "lags", "p_value", "q_value", "cw_q_value", "oos_r2", "n")


@command(analyze, "granger", help=parts.summary("analyze", "granger"), example=EXAMPLE, writes=True)
def granger(
    common: Common,
    x: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")],
    y: Annotated[str, typer.Option(help="A signal, or a glob.")],
    max_lag: Annotated[int, typer.Option(min=1, max=60, help="Most lags BIC may choose.")] = 7,
    transform: Annotated[str, typer.Option(help="auto, none, diff or dlog.")] = "auto",
    errors: Annotated[str, typer.Option(help="wild (random signs) or hac (Newey-West).")] = "wild",
    window: Annotated[str, typer.Option(help="Forecasts learn: expanding or rolling.")] = (
        "expanding"
    ),
    nulls: Annotated[int, typer.Option(min=99, help="Draws of signs, at the least.")] = 999,
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Test both directions of each pair, in sample and out of sample."""
    params = {"x": x, "y": y, "max_lag": max_lag, "transform": transform, "errors": errors}
    params |= {"window": window, "nulls": nulls, "as_of": as_of}
    common.step("analyze granger", params, shown=SHOWN)
