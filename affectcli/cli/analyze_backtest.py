"""affect analyze backtest: would trading on a signal have paid?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = (
    "affect analyze backtest --rule up --signal reddit/CryptoCurrency:posts --asset BTC-USD --json"
)
HELP = parts.summary("analyze", "backtest")


@command(analyze, "backtest", help=HELP, example=EXAMPLE, writes=True)
def backtest(
    common: Common,
    rule: Annotated[str, typer.Option(help="up, down, above:q80 or below:q20.")],
    signal: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")],
    asset: Annotated[str, typer.Option(help="An asset, a glob, or same: as the community.")],
    cost_bps: Annotated[float, typer.Option(help="Basis points of what is traded, a side.")] = 10.0,
    execute: Annotated[str, typer.Option(help="next-open or next-close.")] = "next-open",
    side: Annotated[str, typer.Option(help="long, short or long-short.")] = "long",
    walk_forward: Annotated[
        bool, typer.Option("--walk-forward", help="Choose the threshold from the past, monthly.")
    ] = False,
    as_of: Annotated[str, typer.Option(help="Only what was known then (a date).")] = "",
) -> None:
    """Trade a rule on the next bar, after costs, beside luck and holding."""
    params: dict[str, object] = {"rule": rule, "signal": signal, "asset": asset}
    params |= {"cost_bps": cost_bps, "execute": execute, "side": side}
    params |= {"walk_forward": walk_forward, "as_of": as_of}
    shown = ("signal", "asset", "total_return", "buy_and_hold_return", "sharpe")
    common.step("analyze backtest", params, shown=(*shown, "p_value", "q_value", "tried"))
