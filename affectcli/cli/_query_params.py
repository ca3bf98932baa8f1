"""Values of `--param NAME=VALUE`: a date, a number or a text, as they look."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.cli._query_catalogue import Parameter

WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
INTEGER = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(rf"{DAY.pattern}[T ]\d\d:\d\d.*")
QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)


def given(options: Sequence[str]) -> dict[str, str]:
    """Return NAME -> VALUE of the options as they were typed.

    Raises:
        UsageError: an option has no `=`.
    """
    found = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not (equals and name.strip()):
            raise UsageError(f"--param {option!r} is no NAME=VALUE.", do="--param measure=fear")
        found[name.strip().removeprefix("$")] = value
    return found


def typed(text: str) -> object:
    """Return `2024-01-31` as a date, `0.05` as a number, `"7"` (in quotes) and the rest as text.

    Times with an offset become UTC without one, as the database has them.
    """
    if quoted := QUOTED.fullmatch(text):
        return quoted[2]
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if INTEGER.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        return float(text)
    try:
        return _dated(text)
    except ValueError:  # 2024-13-01 is a text like any other
        return text


def _dated(text: str) -> object:
    if DAY.fullmatch(text):
        return date.fromisoformat(text)
    if MOMENT.fullmatch(text):
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return text


def filled(
    name: str, parameters: Sequence[Parameter], values: Mapping[str, str]
) -> dict[str, object]:
    """Return the values of a saved query, its defaults where none is given, each of its kind.

    Raises:
        UsageError: one is missing, unknown, or of another kind than the default.
    """
    known = [parameter.name for parameter in parameters]
    if stray := sorted(set(values) - set(known)):
        raise UsageError(
            f"The saved query {name} has no parameter {stray[0]!r}.",
            known=f"It has {', '.join(known)}." if known else "It has none.",
            do="affect query --list",
        )
    return {p.name: _filled(name, p, values.get(p.name)) for p in parameters}


def _filled(name: str, parameter: Parameter, value: str | None) -> object:
    if parameter.default is None:
        if value is None:
            raise UsageError(
                f"The saved query {name} needs {parameter.name}: {parameter.doc}.",
                do=f"--param {parameter.name}=VALUE",
            )
        return typed(value)
    default = typed(parameter.default)
    if value is None:
        return default
    if isinstance(default, str):  # `--param community=2024` is a name
        return str(typed(value)) if QUOTED.fullmatch(value) else value
    found = typed(value)
    if isinstance(found, str):
        raise UsageError(
            f"--param {parameter.name}={value} is no {_kind(default)}.",
            do=f"--param {parameter.name}={parameter.default}",
        )
    return found


def _kind(default: object) -> str:
    return "date, as 2024-01-31" if isinstance(default, date) else "number"
