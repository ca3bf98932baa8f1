"""The log of one pipeline run: a file of JSON lines, one an event, readable by programs."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import orjson

from affectcli.errors import ConfigError
from affectcli.log import logger, redact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Journal(logging.Handler):
    """Writes events, and what is said on stderr, each as a JSON object with its time and run.

    Secrets are taken out. A line that cannot be written is said once and lost: the run goes on.
    """

    def __init__(self, file: IO[bytes] | None, run_id: str) -> None:
        super().__init__(logging.INFO)
        self.file, self.run_id = file, run_id

    def event(self, event: str, **facts: Any) -> None:  # noqa: ANN401  # any JSON
        """Write one line."""
        if self.file is None:
            return
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        whole = {"ts": moment, "run_id": self.run_id, "event": event, **facts}
        try:
            self.file.write(redact(orjson.dumps(whole, default=str).decode()).encode() + b"\n")
            self.file.flush()
        except OSError as error:
            self.file = None
            logger.warning("The log ends here: %s", error.strerror)

    def emit(self, record: logging.LogRecord) -> None:
        """Write what somebody logged."""
        self.event("message", level=record.levelname.lower(), message=record.getMessage())


@contextmanager
def journal(folder: Path | None, run_id: str) -> Iterator[Journal]:
    """Yield the journal of a run: FOLDER/RUN_ID.jsonl, nowhere without a folder.

    Raises:
        ConfigError: the file cannot be made.
    """
    if folder is None:
        yield Journal(None, run_id)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{run_id}.jsonl").open("xb")
    except OSError as error:
        raise ConfigError(
            f"Cannot write a log in {folder}: {error.strerror}.", do="--log-folder FOLDER"
        ) from error
    handler = Journal(file, run_id)
    level = logger.level
    with file:
        _shown_as_before(level)
        logger.setLevel(min(level, logging.INFO))  # --quiet is for the eye
        logger.addHandler(handler)
        try:
            yield handler
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)


def _shown_as_before(level: int) -> None:
    for shown in logger.handlers:
        shown.setLevel(max(shown.level, level))
