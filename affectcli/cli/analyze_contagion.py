"""affect analyze contagion: do emotions pass from post to reply?"""

from typing import Annotated

import typer

from affectcli import parts
from affectcli.cli._app import Common, analyze, command

EXAMPLE = "affect analyze contagion --community reddit/CryptoCurrency --json"
SHOWN = (
    *("kind", "emotion", "term", "rate", "difference", "low", "high", "odds_ratio"),
    *("naive_difference", "p_value", "q_value", "n"),
)


@command(
    analyze, "contagion", help=parts.summary("analyze", "contagion"), example=EXAMPLE, writes=True
)
def contagion(
    common: Common,
    community: Annotated[str, typer.Option(help="A community with replies.")],
    emotions: Annotated[str, typer.Option(help="A label, or a glob for a family of them.")] = "*",
    hidden: Annotated[
        str, typer.Option(help="Whose words to find where only replies carry it.")
    ] = "anger",
    block: Annotated[int, typer.Option(min=1, max=24, help="Hours within which to shuffle.")] = 6,
    nulls: Annotated[int, typer.Option(min=99, help="Shuffles for the null.")] = 999,
    as_of: Annotated[str, typer.Option(help="Only posts up to this date.")] = "",
) -> None:
    """Follow emotions through reply trees."""
    params = {"community": community, "emotions": emotions, "hidden": hidden, "block": block}
    common.step("analyze contagion", {**params, "nulls": nulls, "as_of": as_of}, shown=SHOWN)
