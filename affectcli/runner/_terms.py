"""What a [[step]] says besides the parameters of its command, and the filling-in of variables."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=BaseModel)
SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*$")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class Terms(BaseModel):
    """How a step is to be run; times are seconds, or written as 90s, 15m, 2h.

    `needs` None is the step before; `pause` is before the first retry, each further one waits twice
    as long; `timeout` is for all attempts; exit codes of `allow` are no failure.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: str
    id: str = ""
    needs: tuple[str, ...] | None = None
    retries: int = Field(default=0, ge=0, le=100)
    pause: float = Field(default=30.0, ge=0)
    timeout: float | None = Field(default=None, gt=0)
    allow: tuple[int, ...] = ()
    for_each: tuple[str, ...] | None = None

    @field_validator("pause", "timeout", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        found = SPAN.match(value) if isinstance(value, str) else None
        return float(found[1]) * SECONDS[found[2]] if found else value

    @field_validator("for_each", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(item.strip() for item in value.split(",") if item.strip())


def terms(where: str, raw: Mapping[str, Any]) -> Terms:
    """Return the terms of a step.

    Raises:
        UsageError: one message with every mistake.
    """
    if not isinstance(raw.get("do"), str):
        raise UsageError(f"{where} has no do = 'COMMAND'.")
    return checked(Terms, where, {k: v for k, v in raw.items() if k in Terms.model_fields})


def checked(model: type[Model], where: str, given: Mapping[str, Any]) -> Model:
    """Return a table of the file as its model.

    Raises:
        UsageError: one message with every mistake.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        known = ", ".join(model.model_fields)
        raise UsageError(f"{where}: {wrong}.", known=f"Known: {known}.") from error


def filled(where: str, raw: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a table with `${name}` replaced; what comes out empty that way was not given.

    Raises:
        UsageError: a variable has no value.
    """
    table = {name: _fill(where, value, values) for name, value in raw.items()}
    return {name: value for name, value in table.items() if value != "" or not raw[name]}


def _fill(where: str, value: object, values: Mapping[str, str]) -> object:
    if isinstance(value, str):
        try:
            return Template(value).substitute(values)
        except (KeyError, ValueError) as error:
            raise UsageError(
                f"{where}: {value!r} needs a variable: {error}.", do="--set NAME=VALUE"
            ) from error
    if isinstance(value, list):
        return [_fill(where, item, values) for item in value]
    if isinstance(value, dict):
        return {key: _fill(where, item, values) for key, item in value.items()}
    return value
