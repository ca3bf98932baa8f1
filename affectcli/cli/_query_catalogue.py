"""What can be asked, read from the files that ship: saved queries, tables, columns and their docs.

Shell completion runs this at every press of the tab key, so nothing here imports a library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from affectcli import resources
from affectcli.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMETER = re.compile(r"^\$(?P<name>\w+)(?: = (?P<default>.+?))?: (?P<doc>.+)$")
CREATE = re.compile(r"^create (?:or replace view|table if not exists) (\w+)", re.MULTILINE)
COLUMN = re.compile(r"^    (\w+) [^-\n]*?,?(?: +-- (.+))?$", re.MULTILINE)
NAMED = re.compile(r"\bas (\w+),?$", re.MULTILINE)
ONLY_SOURCE = re.compile(
    r"^select\b(?:(?!^union|^with).)+?^from (\w+)$(?!.*join)", re.MULTILINE | re.DOTALL
)
"""The table that a view is made of, where it is only one."""
SENTENCE = re.compile(r"(?<! al)\. ")
WORD = re.compile(r"\w*\Z")
TABLE_NEXT = re.compile(r"\b(?:from|join)\s+\Z", re.IGNORECASE)
SAVED = "report/saved"


class Parameter(NamedTuple):
    """A `$name` of a saved query; `default` is None where it must be given."""

    name: str
    default: str | None
    doc: str


@dataclass(frozen=True)
class Saved:
    """A statement in a file, with what its leading comment says."""

    name: str
    sql: str
    doc: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Table:
    """A table or view: what one row is, and what its columns are where the schema says so."""

    doc: str
    columns: dict[str, str] = field(default_factory=dict)


def saved_names() -> list[str]:
    """Return the saved queries that ship, sorted."""
    folder = resources.folder("sql") / SAVED
    return sorted(file.stem for file in folder.glob("*.sql"))


def saved(name: str) -> Saved:
    """Return a saved query by its name, or from a file of your own (`mine.sql`).

    Raises:
        UsageError: there is none of that name.
        InputError: the file cannot be read.
    """
    if name.endswith(".sql"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"The query {name} cannot be read: {error}.") from error
    elif name in saved_names():
        text = resources.sql(f"{SAVED}/{name}")
    else:
        known = ", ".join(saved_names())
        raise UsageError(
            f"There is no saved query {name!r}.",
            known=f"There are: {known}.",
            do="affect query --list, or --saved FILE.sql",
        )
    lines = list(_comment(text))
    asked = [Parameter(**match.groupdict()) for line in lines if (match := PARAMETER.match(line))]
    doc = " ".join(line for line in lines if not PARAMETER.match(line))
    return Saved(Path(name).stem, text, doc, tuple(asked))


@cache
def tables() -> dict[str, Table]:
    """Return every table and view by its name, from the comments in sql/schema/."""
    found: dict[str, Table] = {}
    for file in sorted((resources.folder("sql") / "schema").glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        if created := CREATE.search(text):
            doc = " ".join(_comment(text))
            own = _columns(text, found, table="create table" in text)
            found[created[1]] = Table(SENTENCE.split(doc, 1)[0].rstrip(".") + ".", own)
    return found


def complete_saved(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a saved query."""
    return [(name, saved(name).doc) for name in saved_names() if name.startswith(incomplete)]


def complete_sql(incomplete: str) -> list[tuple[str, str]]:
    """Complete the last word of a statement: tables, and columns once there is a statement."""
    begun = WORD.search(incomplete)
    word = begun[0] if begun else ""
    before = incomplete[: len(incomplete) - len(word)]
    names = {name: table.doc for name, table in tables().items()}
    if before and not TABLE_NEXT.search(before):
        for table in tables().values():
            for column, doc in table.columns.items():
                names.setdefault(column, doc)
    return [(before + name, doc) for name, doc in sorted(names.items()) if name.startswith(word)]


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("-- "):
            return
        yield line.removeprefix("-- ")


def _columns(text: str, known: dict[str, Table], *, table: bool) -> dict[str, str]:
    """Return column -> doc; a view over one table has that table's docs."""
    if table:
        return {match[1]: match[2] or "" for match in COLUMN.finditer(text)}
    last = text[text.rfind("\nselect") :]
    found = dict.fromkeys(NAMED.findall(last.partition("\nfrom ")[0]), "")
    source = ONLY_SOURCE.search(text)
    if source and source[1] in known:
        return {**found, **known[source[1]].columns}
    return found
