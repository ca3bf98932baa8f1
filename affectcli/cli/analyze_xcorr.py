"""affect analyze xcorr: does x lead y, or follow it?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze xcorr --x 'reddit/CryptoCurrency:*' --y asset/BTC-USD:return --json"
SHOWN = ("x", "y", "peak_lag", "peak_r", "p_value", "q_value", "detectable_r", "n")


@command(analyze, "xcorr", help=parts.summary("analyze", "xcorr"), example=EXAMPLE, writes=True)
def xcorr(
    common: Common,
    x: Annotated[str, typer.Option(help="A signal, or a glob for a family of them.")],
    y: Annotated[str, typer.Option(help="A signal, or a glob.")],
    max_lag: Annotated[int, typer.Option(min=1, help="Days, bars of the asset, or weeks.")] = 30,
    transform: Annotated[str, typer.Option(help="auto, none, diff or dlog.")] = "auto",
    nulls: Annotated[int, typer.Option(min=99, help="Surrogates for the null.")] = 999,
    null: Annotated[str, typer.Option(help="sign, shift, block or phase.")] = "sign",
    as_of: Annotated[str, typer.Option(help="Only what was known at this date.")] = "",
) -> None:
    """Cross-correlate two signals."""
    params = {"x": x, "y": y, "max_lag": max_lag, "transform": transform, "nulls": nulls}
    common.step("analyze xcorr", {**params, "null": null, "as_of": as_of}, shown=SHOWN)
