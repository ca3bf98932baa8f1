"""Settings: flag > AFFECT_* > ./affect.toml > the user's config > default; all mistakes at once."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from affectcli.errors import ConfigError

K = 10
"""Cells with fewer authors are suppressed in reports and exports (DESIGN, rule 6)."""
LISTS = ("tickers", "heads", "languages")
"""Settings that an environment variable gives with commas."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ingest(_Section):
    """Reading posts."""

    tickers: tuple[str, ...] = ()
    batch: int = Field(default=20_000, ge=1)
    patience: float = Field(default=900.0, ge=0, description="seconds a run may wait for servers")


class Tag(_Section):
    """Tagging posts."""

    tagger: str = "mini"
    device: str = "auto"
    batch: int = Field(default=4096, ge=1)
    heads: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Aggregate(_Section):
    """Support floors: a bucket with fewer posts or authors has no value; and where days end."""

    min_posts: int = Field(default=K, ge=1)
    min_authors: int = Field(default=K, ge=1)
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def _on_the_map(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ValueError(f"{zone!r} is no time zone, as Europe/Berlin is one") from error


class Report(_Section):
    """What leaves the house."""

    k: int = Field(default=K, ge=K)
    k_reason: str = ""
    individual_reason: str = ""

    @model_validator(mode="after")
    def _say_why(self) -> Self:
        if self.k != K and not self.k_reason:
            raise ValueError("report.k differs from 10: write the reason in report.k_reason")
        return self


class Log(_Section):
    """Where each run of a pipeline leaves its log, a file of JSON lines."""

    folder: Path | None = None


class Notify(_Section):
    """Whom a pipeline tells: a URL gets an HTTP POST, a command gets the same JSON on stdin."""

    on_failure: str | tuple[str, ...] = ""
    on_alert: str | tuple[str, ...] = ""
    patience: float = Field(default=10.0, gt=0, description="seconds to wait for whom it tells")


class Settings(_Section):
    """Everything that can be set; see docs/settings.md."""

    db: Path = Path("affect.duckdb")
    key_file: Path = Path(platformdirs.user_data_dir("affect")) / "author.key"
    wait: float = Field(default=10.0, ge=0, description="seconds to wait for a locked database")
    seed: int = 0
    ingest: Ingest = Ingest()
    tag: Tag = Tag()
    aggregate: Aggregate = Aggregate()
    report: Report = Report()
    log: Log = Log()
    notify: Notify = Notify()


def load(config: Path | None = None, **flags: object) -> Settings:
    """Return the settings in force; `flags` that are None were not given.

    Raises:
        ConfigError: a file is missing or wrong; one message lists every mistake.
    """
    merged: dict[str, Any] = {}
    files = [user_file(), Path("affect.toml")] if config is None else [config]
    for file in files:
        if config is not None or file.is_file():
            _merge(merged, _read(file))
    _merge(merged, _environment())
    _merge(merged, {name: value for name, value in flags.items() if value is not None})
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        mistakes = "; ".join(_explain(dict(e)) for e in error.errors())
        raise ConfigError(f"Settings: {mistakes}.", do="affect doctor") from error


def user_file() -> Path:
    """Return where the user's own settings are looked for."""
    return Path(platformdirs.user_config_dir("affect")) / "affect.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no settings file {file}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Cannot read the settings file {file}: {error}.") from error


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, _Section):
            for key in kind.model_fields:
                value = os.environ.get(f"AFFECT_{name}_{key}".upper())
                if value is not None:
                    listed = key in LISTS
                    found.setdefault(name, {})[key] = value.split(",") if listed else value
        elif (value := os.environ.get(f"AFFECT_{name}".upper())) is not None:
            found[name] = value
    return found


def _merge(into: dict[str, Any], new: dict[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _explain(error: dict[str, Any]) -> str:
    path = [str(step) for step in error["loc"]]
    where = ".".join(path) or "settings"
    if error["type"] != "extra_forbidden":
        return f"{where}: {error['msg'].removeprefix('Value error, ')}"
    close = difflib.get_close_matches(path[-1], _known(path[:-1]), n=1)
    return f"{where} is not a setting" + (f" (did you mean {close[0]}?)" if close else "")


def _known(path: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for step in path:
        kind = model.model_fields[step].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            model = kind
    return list(model.model_fields)
