"""Reddit's credentials, from the environment or praw.ini, into PRAW; never shown."""

from __future__ import annotations

import configparser
import os
from typing import TYPE_CHECKING

import praw
from praw.exceptions import MissingRequiredAttributeException

from affectcli.errors import ConfigError
from affectcli.ingest._http import AGENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

PREFIX = "AFFECT_REDDIT_"
NAMES = ("client_id", "client_secret", "user_agent", "username", "password", "refresh_token")
ADDRESS = f"{PREFIX}URL"
"""Names another server in Reddit's place: a proxy, or one on loopback."""
WITHOUT = (
    "Reddit has rarely granted new keys since November 2025. Without one these work: affect ingest "
    "arctic --sub NAME --since DATE (Arctic Shift's archive), affect ingest dump FILE.zst "
    "(Pushshift and Arctic Shift dumps), affect ingest file FILE."
)
SET = f"{PREFIX}CLIENT_ID=... and {PREFIX}CLIENT_SECRET=..., or a praw.ini"


def login(session: requests.Session) -> praw.Reddit:
    """Return PRAW with the user's credentials; no request is sent yet.

    `AFFECT_REDDIT_*` wins over `praw_*`, that over praw.ini. Reading needs the id and the secret
    of a "script" or "web" application; with a username and password, or a refresh token, PRAW
    acts for that account, which private and quarantined communities need.

    Raises:
        ConfigError: there are no credentials, or praw.ini cannot be read.
    """
    given = {name: os.environ.get(f"{PREFIX}{name.upper()}") for name in NAMES}
    known = {name: value for name, value in given.items() if value}
    address = os.environ.get(ADDRESS)
    if address:
        known |= {"oauth_url": address.rstrip("/"), "reddit_url": address.rstrip("/")}
    try:
        try:
            return _praw(session, known)
        except MissingRequiredAttributeException as error:
            if "user_agent" not in str(error):
                raise
            return _praw(session, {**known, "user_agent": AGENT})
    except MissingRequiredAttributeException as error:
        missing = next((name for name in NAMES if repr(name) in str(error)), "client_id")
        raise ConfigError(
            f"Reddit's API wants credentials, and there is no {missing}.", known=WITHOUT, do=SET
        ) from error
    except (configparser.Error, ValueError) as error:
        raise ConfigError(
            f"Reddit's credentials cannot be read: {type(error).__name__} in praw.ini or praw_*.",
            do=SET,
        ) from error


def _praw(session: requests.Session, known: Mapping[str, str]) -> praw.Reddit:
    return praw.Reddit(
        requestor_kwargs={"session": session},
        check_for_updates=False,
        check_for_async=False,
        **known,
    )
