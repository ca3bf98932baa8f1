"""A pipeline file: variables, whom to tell, and steps with what they need; nothing runs yet."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli.errors import InputError, UsageError
from affectcli.runner._step import bind, locate
from affectcli.runner._terms import checked, filled, terms
from affectcli.settings import Log, Notify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from affectcli.runner._terms import Terms

PARTS = {"title", "vars", "log", "notify", "step"}


@dataclass(frozen=True)
class Step:
    """One step of a pipeline: the command, its parameters, and how it is to be run."""

    number: int
    family: str
    """What the file calls it: its `id`, else the command."""
    params: dict[str, Any]
    terms: Terms
    each: str = ""
    """The value of `for_each` that this one of the family is for."""
    needs: tuple[int, ...] = ()
    """Numbers of the steps without which it is passed over."""

    @property
    def command(self) -> str:
        """The command that it runs."""
        return self.terms.do

    @property
    def id(self) -> str:
        """Its own name within the pipeline."""
        return f"{self.family} [{self.each}]" if self.each else self.family

    def called(self, word: str) -> bool:
        """Whether `word` means this step: its number, its id or its family."""
        return word in {str(self.number), self.id, self.family}


@dataclass(frozen=True)
class Pipeline:
    """The content of a pipeline file; `log` and `notify` hold only what it sets itself."""

    path: Path
    steps: list[Step]
    log: dict[str, Any] = field(default_factory=dict)
    notify: dict[str, Any] = field(default_factory=dict)


def read_pipeline(path: Path, variables: Mapping[str, str]) -> Pipeline:
    """Return what a pipeline file says, `${name}` replaced from `variables`, else its [vars].

    Raises:
        InputError: the file is missing or is no TOML.
        UsageError: a variable has no value, or a step is wrong.
    """
    text, file = _load(path)
    if stray := sorted(set(file) - PARTS):
        raise UsageError(
            f"{path.name}: {stray[0]!r} is no part of a pipeline.",
            known="Parts: [vars], [log], [notify], [[step]].",
        )
    if stray := sorted(name for name in variables if f"{{{name}}}" not in text):
        raise UsageError(f"{path.name} has no variable {stray[0]!r}.", do=f"affect run {path}")
    values = {name: _text(value) for name, value in {**file.get("vars", {}), **variables}.items()}
    log = filled(f"{path.name}, [log]", file.get("log", {}), values)
    notify = filled(f"{path.name}, [notify]", file.get("notify", {}), values)
    checked(Log, f"{path.name}, [log]", log)
    checked(Notify, f"{path.name}, [notify]", notify)
    steps: list[Step] = []
    for number, raw in enumerate(file.get("step", []), start=1):
        steps += _family(f"{path.name}, step {number}", raw, values, before=steps)
    if not steps:
        raise InputError(f"{path} has no [[step]].")
    for step in steps:
        bind(locate(step.command), f"{path.name}, step {step.number}: {step.command}", step.params)
    return Pipeline(path, steps, log, notify)


def _load(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError as error:
        there = ", ".join(sorted(p.name for p in Path(path.parent).glob("*.toml")))
        known = f"There: {there}." if there else ""
        raise InputError(f"There is no pipeline {path}.", known=known) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is no pipeline: {error}.") from error


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _family(
    where: str, raw: Mapping[str, Any], values: Mapping[str, str], *, before: Sequence[Step]
) -> Iterator[Step]:
    """Yield the steps of one [[step]]: one, or one for each value of its `for_each`."""
    loop = filled(where, {k: v for k, v in raw.items() if k == "for_each"}, values)
    listed = terms(where, {"do": raw.get("do"), **loop}).for_each
    if listed is not None and not listed:
        raise UsageError(f"{where}: for_each has no value.")
    body = {key: value for key, value in raw.items() if key != "for_each"}
    before = list(before)
    for offset, each in enumerate([""] if listed is None else listed):
        own = {"each": each, "each_file": re.sub(r"[^\w.-]+", "-", each)} if each else {}
        table = filled(where, body, {**values, **own})
        how = terms(where, table)
        yield Step(
            number=len(before) + offset + 1,
            family=how.id or how.do,
            params={
                key: value for key, value in table.items() if key not in type(how).model_fields
            },
            terms=how,
            each=each,
            needs=_needs(where, how, each, before),
        )


def _needs(where: str, how: Terms, each: str, before: Sequence[Step]) -> tuple[int, ...]:
    """Return the numbers of the steps to wait for: those named, else the family before this one.

    Where that has a step for the same value of `for_each`, this one alone.
    """
    if how.needs is None:
        last = [step for step in before if step.family == before[-1].family]
        same = [step for step in last if each and step.each == each]
        return tuple(step.number for step in same or last)
    found: set[int] = set()
    for name in how.needs:
        meant = {step.number for step in before if step.called(name)}
        if not meant:
            known = ", ".join(dict.fromkeys(step.family for step in before)) or "none"
            raise UsageError(
                f"{where} needs {name!r}, which is no step before it.", known=f"Before: {known}."
            )
        found |= meant
    return tuple(sorted(found))
