"""affect explain: the words that a tagger reads a label from."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect explain --signal reddit/CryptoCurrency:fear --since 2024-01-01"
WORDS = ("label", "position", "word", "attribution", "randomised")
TERMS = ("term", "attribution", "low", "high", "randomised", "posts", "authors")
GRADED = ("term", "grade", "weight", "attribution", "idf", "posts", "authors")


@command(app, "explain", example=EXAMPLE)
def explain(
    common: Common,
    post: Annotated[
        str | None, typer.Argument(metavar="[POST_ID]", help="One post; needs a written reason.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="Labels of the post [the one most said].")
    ] = None,
    signal: Annotated[str | None, typer.Option(help="COMMUNITY:LABEL, many posts.")] = None,
    to_lexicon: Annotated[
        Path | None, typer.Option(help="Write the signal's label as a word list.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="From here on: date, epoch or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to here, left out.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Posts whose words are attributed.")] = 200,
    tagger: Annotated[str | None, typer.Option(help="mini[:FOLDER] or hf:ID.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, mps.")] = None,
) -> None:
    """Show the words that a tagger reads a label from, beside a network that learned nothing."""
    from affectcli.errors import UsageError
    from affectcli.log import logger
    from affectcli.store import Context, Database
    from affectcli.times import window

    if (post is None) == (signal is None) or (post is not None and to_lexicon is not None):
        raise UsageError(
            "Explain one post, or one signal; a word list is made of a signal.", do=EXAMPLE
        )
    if signal is not None and label:
        raise UsageError("A signal names its label already.", do=EXAMPLE)
    settings = common.settings(seed=common.seed)
    ends = window(since, until)
    from affectcli.tag import _explain_asked, _explain_many, _explain_post

    ctx = Context(Database(settings.db, wait=settings.wait), settings, "", settings.seed)
    by = _explain_asked.Asked(tagger or settings.tag.tagger, device or settings.tag.device)
    shown: tuple[str, ...] = WORDS
    if signal is None:
        outcome = _explain_post.run(ctx, post or "", labels=label or (), by=by)
    elif to_lexicon is None:
        question = _explain_many.Question(signal, ends, limit)
        outcome, shown = _explain_many.run(ctx, question, by=by), TERMS
    else:
        question = _explain_many.Question(signal, ends, limit)
        outcome = _explain_many.to_lexicon(ctx, question, to_lexicon, by=by)
        shown = GRADED
    asked: dict[str, object] = {"post": post, "label": label, "signal": signal}
    asked |= {"since": since, "until": until, "limit": limit, "tagger": by.tagger}
    common.emit(outcome.rows, command="explain", parameters=asked, shown=shown)
    logger.info("%s", outcome.message)
