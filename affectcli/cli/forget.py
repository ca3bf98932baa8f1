"""affect forget: remove posts, their tags and their causes."""

from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect forget reddit:t3_abc123 --dry-run"


@command(app, "forget", example=EXAMPLE, writes=True)
def forget(
    common: Common,
    post: Annotated[list[str] | None, typer.Argument(metavar="[POST_ID]...", help="Ids.")] = None,
    author: Annotated[
        list[str] | None, typer.Option(help="SOURCE:NAME, everything by this author.")
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="What is gone at Reddit, asked again now.")
    ] = False,
) -> None:
    """Remove posts for good: text, author, tags, causes."""
    from affectcli.errors import EmptyError
    from affectcli.ingest import _forget
    from affectcli.log import logger

    wish = _forget.Wish(tuple(post or ()), tuple(author or ()), deleted)
    outcome = _forget.execute(common.settings(), wish, dry_run=common.dry_run)
    asked = {"posts": len(wish.posts), "authors": len(wish.authors), "deleted": deleted}
    common.emit(outcome.rows, command="forget", parameters=asked)
    logger.info("%s", outcome.message)
    if common.fail_on_empty and not outcome.rows_out:
        raise EmptyError("forget: there was nothing to do.")
