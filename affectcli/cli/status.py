"""affect status: what is stored, what is out of date, what to do next."""

from affectcli.cli._app import Common, app, command


@command(app, "status", example="affect status --json")
def status(common: Common) -> None:
    """Say what is stored, what last failed, what to do next."""
    from affectcli import store
    from affectcli.store.checks import status

    settings = common.settings()
    db = store.Database(settings.db, wait=settings.wait)
    common.emit(status(db), command="status", parameters={})
