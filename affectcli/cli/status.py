"""affect status: what is stored, what is out of date, what to do next."""

from affectcli.cli._app import Common, app, command


@command(app, "status", example="affect status --json")
def status(common: Common) -> None:
    """Say what is stored, how old it is, what last ran or failed, what to do next."""
    from datetime import UTC, datetime

    from affectcli import store
    from affectcli.store.checks import status

    settings = common.settings()
    db = store.Database(settings.db, wait=settings.wait)
    now = datetime.now(UTC).replace(tzinfo=None)
    common.emit(status(db, now=now), command="status", parameters={})
