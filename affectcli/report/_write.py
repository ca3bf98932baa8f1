"""Puts a report and its manifest in place: whole files or none."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli import __version__
from affectcli.errors import ConfigError
from affectcli.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from affectcli.report._make import Made
    from affectcli.report._material import Material
    from affectcli.store import Context


def paths(target: Path, count: int) -> list[Path]:
    """Return the files of `count` pages: report.png, report-2.png, report-3.png ..."""
    more = [target.with_name(f"{target.stem}-{n}{target.suffix}") for n in range(2, count + 1)]
    return [target, *more]


def inputs(material: Material) -> dict[str, Any]:
    """Return what a report on one community is made of."""
    return {
        "community": material.community,
        "assets": material.assets,
        "runs": [
            {**row, "versions": json.loads(row["versions"])}
            for row in material.runs.rows(named=True)
        ],
        "tables": material.counters,
        "findings": [claim.finding_id for claim in material.claims],
        "k": material.k,
    }


def digest(made_of: Mapping[str, Any]) -> str:
    """Return the hash of what a report is made of, which it prints and its manifest states."""
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def manifest(ctx: Context, made_of: Mapping[str, Any], rows: list[dict[str, Any]]) -> bytes:
    """Return what the files `rows` were made of, as JSON."""
    versions = {name: importlib.metadata.version(name) for name in ("matplotlib", "typst")}
    stated = {
        "files": [{**row, "file": Path(str(row["file"])).name} for row in rows],
        "made_by": {"command": "report", "run_id": ctx.run_id, "affect": __version__} | versions,
        "inputs": made_of,
        "inputs_sha256": digest(made_of),
    }
    return json.dumps(stated, ensure_ascii=False, indent=2).encode() + b"\n"


def put(ctx: Context, target: Path, made: Made) -> list[dict[str, Any]]:
    """Write a report and its manifest; return a row for each file: name, pages, bytes, sha256."""
    contents = dict(zip(paths(target, len(made.files)), made.files, strict=True))
    rows = [
        {
            "file": str(path),
            "pages": made.pages if len(made.files) == 1 else 1,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for path, content in contents.items()
    ]
    if not ctx.db.dry_run:
        write(target, contents, manifest(ctx, made.made_of, rows))
    return rows


def alone(target: Path, content: bytes) -> None:
    """Write one file without a manifest.

    Raises:
        ConfigError: the place cannot be written to.
    """
    try:
        write_whole(target, content)
    except OSError as error:
        raise _refused(target, error) from error


def write(target: Path, contents: Mapping[Path, bytes], stated: bytes) -> None:
    """Write the files, then the manifest beside them; each appears whole or not at all.

    Pages that an earlier, longer report left there are removed if they are still as it wrote them.

    Raises:
        ConfigError: the place cannot be written to.
    """
    note = target.with_name(f"{target.name}.manifest.json")
    stale = _earlier(note)
    try:
        for path, content in contents.items():
            write_whole(path, content)
            stale.pop(path, None)
        for path, sha256 in stale.items():
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                path.unlink()
        write_whole(note, stated)
    except OSError as error:
        raise _refused(target, error) from error


def _refused(target: Path, error: OSError) -> ConfigError:
    why = f"Cannot write {target}: {error.strerror or error}."
    return ConfigError(why, do="another place with -o")


def _earlier(note: Path) -> dict[Path, str]:
    """Return the files that an earlier manifest lists, with their hashes."""
    try:
        listed = json.loads(note.read_text(encoding="utf-8"))["files"]
        return {note.with_name(Path(row["file"]).name): row["sha256"] for row in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
