"""affect label sample: posts of your own to label by hand."""

from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

label = typer.Typer(help="Label posts by hand.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(label, name="label")
EXAMPLE = "affect label sample --community reddit/CryptoCurrency --label fear -o sample.csv"
SHOWN = ("post_id", "label", "weight", "text")


@command(label, "sample", example=EXAMPLE)
def sample(
    common: Common,
    community: Annotated[str | None, typer.Option(help="[the only one].")] = None,
    labels: Annotated[
        list[str] | None, typer.Option("--label", help="Labels to ask about [the 3 most said].")
    ] = None,
    size: Annotated[int, typer.Option(min=12, help="Posts to label, over all labels.")] = 200,
) -> None:
    """Draw posts to label by hand, so that errors in a community can be counted."""
    from affectcli.aggregate import _sample
    from affectcli.log import logger
    from affectcli.store import Context, Database

    settings = common.settings(seed=common.seed)
    ctx = Context(Database(settings.db, wait=settings.wait), settings, "", settings.seed)
    outcome = _sample.run(ctx, community=community, labels=labels or (), size=size)
    asked = {"community": community, "label": labels, "size": size}
    common.emit(outcome.rows, command="label sample", parameters=asked, shown=SHOWN)
    logger.info("%s", outcome.message)
