"""affect model card: what a tagger was made of, and what it cannot do."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, command, model

SHOWN = ("scheme", "label", "kind", "threshold", "validated_on", "weak")
TERMS = 20
"""Terms shown to the eye; other formats have them all."""


@command(model, "card", example="affect model card lexicon:terms.tsv")
def card(
    common: Common,
    tagger: Annotated[str, typer.Argument(help="As in affect tag --tagger.")] = "mini",
) -> None:
    """Print data, licence, metrics, thresholds and limits of a tagger.

    Of a lexicon: also which of its terms make most hits in the database's posts.
    """
    part, _, target = tagger.partition(":")
    parameters = {"tagger": tagger}
    if part == "mini":
        from affectcli.tag import _card

        found = _card.read(Path(target).expanduser() if target else None)
        if common.for_the_eye:
            typer.echo(_card.page(found))
        else:
            common.emit([found], command="model card", parameters=parameters)
        return
    from affectcli.tag import _about

    rows = _about.describe(tagger)
    hits = _about.hits(tagger, common.settings().db)
    if common.for_the_eye:
        first = rows[0]
        languages = f"languages {first['languages']}"
        typer.echo(f"{first['tagger']}, licence {first['licence']}, {languages}")
        common.emit(rows, command="model card", parameters=parameters, shown=SHOWN)
        if hits is not None:
            most = hits.sort("share", descending=True).head(TERMS)
            common.emit(most, command="model card", parameters=parameters)
    else:
        terms = [] if hits is None else hits.to_dicts()
        common.emit([*rows, *terms], command="model card", parameters=parameters)
