"""Tells somebody: JSON by HTTP POST to a URL, or on the stdin of a command."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from affectcli.log import logger, redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def tell(target: str | Sequence[str], message: Mapping[str, Any], *, patience: float) -> bool:
    """Send `message` to a URL or to a command, and return whether it arrived.

    A command is an argument list, or one text that is split as a shell would split it; no shell
    sees it, and the message is on its stdin alone. Whatever goes wrong is a warning: that nobody
    could be told is no reason to lose what happened.
    """
    if not target:
        return False
    body = redact(orjson.dumps(message, default=str).decode()).encode()
    try:
        if isinstance(target, str) and target.startswith(("http://", "https://")):
            return _post(target, body, patience)
        return _call(shlex.split(target) if isinstance(target, str) else target, body, patience)
    except Exception as error:  # noqa: BLE001  # nothing here may hide the run's own result
        logger.warning("%s could not be told: %s", _name(target), _why(error))
        return False


def _post(url: str, body: bytes, patience: float) -> bool:
    import requests

    headers = {"Content-Type": "application/json"}
    answer = requests.post(url, data=body, headers=headers, timeout=patience, allow_redirects=False)
    if not answer.ok or answer.is_redirect:
        logger.warning("%s was told and answered %d.", _name(url), answer.status_code)
        return False
    return True


def _call(command: Sequence[str], body: bytes, patience: float) -> bool:
    done = subprocess.run(  # noqa: S603  # the user's own command, as arguments: no shell
        list(command), input=body, capture_output=True, timeout=patience, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        logger.warning("%s ended with %d. %s", _name(command), done.returncode, said)
    return not done.returncode


def _name(target: str | Sequence[str]) -> str:
    """Return what may be said of a target: addresses and arguments can hold secrets."""
    if not isinstance(target, str):
        return target[0]
    return urlsplit(target).hostname or target.split(maxsplit=1)[0]


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no end within {error.timeout:g} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__  # the text of network errors quotes the whole address
