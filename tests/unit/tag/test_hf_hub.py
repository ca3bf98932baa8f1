"""Models on the hub, which is a small server on the loopback here: commits, cache, no network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SHA = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """The few answers of the hub that reading a model takes, from the folder `place`."""

    def __init__(self, place: Path, *args: object) -> None:
        self.place = place
        super().__init__(*args)  # type: ignore[arg-type]  # what the server hands on

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        files = sorted(self.place.iterdir())
        content = b""
        if re.fullmatch(
            rf"/api/models/[\w/-]+/revision/(main|{SHA})|/api/models/[\w-]+/[\w-]+", path
        ):
            names = [{"rfilename": file.name} for file in files]
            content = json.dumps({"id": path[12:], "sha": SHA, "siblings": names}).encode()
        elif "/tree/" in path:
            tree = [
                {"type": "file", "path": f.name, "size": f.stat().st_size, "oid": "0" * 40}
                for f in files
            ]
            content = json.dumps(tree).encode()
        elif f"/resolve/{SHA}/" in path and (self.place / Path(path).name).is_file():
            content = (self.place / Path(path).name).read_bytes()
        self.send_response(200 if content else 404)
        if not content:
            missing = "RevisionNotFound" if "/revision/" in path else "EntryNotFound"
            self.send_header("X-Error-Code", missing)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{Path(path).name}"')
        self.send_header("X-Repo-Commit", SHA)
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """Serve one model under any name; return the server's address."""
    names = {"0": "positive", "1": "negative", "2": "neutral"}
    config = {"architectures": ["BertForSequenceClassification"], "id2label": names}
    (tmp_path / "served").mkdir()
    (tmp_path / "served/config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "served/tokenizer.json").write_text("{}", encoding="utf-8")
    (tmp_path / "served/model.safetensors").write_bytes(b"weights")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, tmp_path / "served"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


SCRIPT = """
import logging, os, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
from affectcli.tag import hf
from affectcli.errors import ModelError
for target in sys.argv[1:]:
    try:
        about = hf.describe(target)
        print(about.name, about.schemes[0].revision, about.schemes[0].kind, about.licence)
    except ModelError as error:
        print(error)
print("torch" in sys.modules)
if "weights" in os.environ:
    from affectcli.tag import _hf_hub
    folder = _hf_hub.weights(*os.environ["weights"].split("@"))
    print(sorted(path.name for path in folder.iterdir()))
"""


def _ask(endpoint: str, cache: Path, *targets: str, weights: str = "") -> str:
    """Describe models in a process of its own: the hub's address is read at import."""
    place = {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *targets],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | place | ({"weights": weights} if weights else {}),
    )
    return done.stdout


def test_a_model_on_the_hub_is_pinned_to_its_commit(hub: str, tmp_path: Path) -> None:
    said = _ask(
        hub,
        *(tmp_path / "cache", "ProsusAI/finbert", "ProsusAI/finbert@main", "me/x", "me/x@gone"),
    )
    assert f"to pin it: --tagger hf:ProsusAI/finbert@{SHA}" in said
    assert said.count(f"hf:ProsusAI/finbert {SHA}.") == 2
    assert " one unknown" in said, "the preset tells what config.json does not"
    assert "hf:me/x does not say whether one label or many" in said
    assert "me/x has no revision gone" in said
    assert said.endswith("False\n")


def test_weights_come_once_and_then_need_no_hub(hub: str, tmp_path: Path) -> None:
    pinned = f"ProsusAI/finbert@{SHA}"
    files = "['config.json', 'model.safetensors', 'tokenizer.json']"
    assert _ask(hub, tmp_path / "cache", pinned, weights=pinned).splitlines()[-1] == files
    again = _ask("http://127.0.0.1:9", tmp_path / "cache", pinned, weights=pinned)
    assert again.splitlines()[0].startswith(f"hf:ProsusAI/finbert {SHA}.")
    assert again.splitlines()[-1] == files


def test_a_hub_out_of_reach_is_said_in_one_line(tmp_path: Path) -> None:
    said = _ask("http://127.0.0.1:9", tmp_path, "me/x", f"me/x@{SHA}")
    first, second, _ = said.splitlines()
    assert first.startswith("The hub cannot be reached for me/x (")
    assert "A local folder" in first
    assert SHA in second
