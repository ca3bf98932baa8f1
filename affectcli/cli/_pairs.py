"""Options of the form NAME=VALUE,NAME=VALUE, given once or several times."""

from affectcli.errors import UsageError


def pairs(option: str, given: list[str] | None) -> dict[str, str] | None:
    """Return the pairs of an option, None where it was not given.

    Raises:
        UsageError: an item has no `=`.
    """
    if not given:
        return None
    items = [item.partition("=") for text in given for item in text.split(",") if item.strip()]
    for name, equals, value in items:
        if not (equals and name.strip() and value.strip()):
            raise UsageError(f"{option} {name!r} is no NAME=VALUE.", do=f"{option} body=text")
    return {name.strip(): value.strip() for name, _, value in items}
