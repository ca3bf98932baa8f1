"""A model on the Hugging Face hub: its commit, and its files in the hub's own cache."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, errors, snapshot_download, try_to_load_from_cache

from affectcli.errors import ModelError
from affectcli.log import logger
from affectcli.tag import _hf_source as source

SECONDS = 10.0
"""To wait for the hub's answer to one question."""
_OUTSIDE: tuple[type[Any], ...] = (errors.HfHubHTTPError.__mro__[1], OSError)
"""What a broken connection raises: the base error of the hub's HTTP library, whichever it is."""


@cache  # `describe` and `load` must speak of one commit, even where a branch moves between them
def fetch(model: str, revision: str) -> tuple[str, Path]:
    """Return the commit that `revision` is now, and the folder with the model's small files.

    `revision` is a commit, branch or tag, empty for the default branch. The small files are
    config, tokenizer and card.

    Raises:
        ModelError: no such model or revision, no safetensors, or the hub cannot be reached.
    """
    if source.is_commit(revision) and (folder := cached(model, revision)):
        return revision, folder
    try:
        info = HfApi().model_info(model, revision=revision or None, timeout=SECONDS)
        sha, names = str(info.sha), {file.rfilename for file in info.siblings or []}
        if source.ADAPTER in names:
            raise source.adapter(model)
        if not names & {source.WEIGHTS, source.INDEX}:
            raise source.refuse(f"{model} at {sha}", names)
        folder = Path(snapshot_download(model, revision=sha, allow_patterns=list(source.SMALL)))
    except _OUTSIDE as error:
        raise _explain(error, model, revision) from error
    if not source.is_commit(revision):
        logger.info("hf:%s is commit %s; to pin it: --tagger hf:%s@%s", model, sha, model, sha)
    return sha, folder


def weights(model: str, sha: str) -> Path:
    """Return the folder with all that scoring needs, downloaded if it is not there yet.

    Raises:
        ModelError: the hub cannot be reached, or refuses.
    """
    folder = cached(model, sha)
    if folder is None:
        wanted = [*source.SMALL, "model*.safetensors"]
        try:
            HfApi().model_info(model, revision=sha, timeout=SECONDS)  # fails at once, not in 20 s
            folder = Path(
                snapshot_download(model, revision=sha, allow_patterns=wanted, ignore_patterns="*/*")
            )
        except _OUTSIDE as error:
            raise _explain(error, model, sha) from error
    source.weights(folder)
    return folder


def cached(model: str, sha: str) -> Path | None:
    """Return the folder of a commit whose files are all on this machine, else None."""
    config = try_to_load_from_cache(model, source.CONFIG, revision=sha)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    try:
        source.weights(folder)
        source.vocabulary(folder)
    except ModelError:
        return None
    return folder


def _explain(error: Exception, model: str, revision: str) -> ModelError:
    at = f" at {revision}" if revision else ""
    if isinstance(error, errors.GatedRepoError):
        return ModelError(f"{model} is gated: its owner must admit you.", do="hf auth login")
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelError(
            f"{model} has no revision {revision}.", do=f"affect tag --tagger hf:{model}"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ModelError(
            f"There is no folder {model}, and no public model of that name on the hub.",
            do=source.EXAMPLE,
        )
    return ModelError(
        f"The hub cannot be reached for {model}{at} ({type(error).__name__}).",
        known="A local folder with config.json, model.safetensors and tokenizer works without it.",
        do=source.EXAMPLE,
    )
