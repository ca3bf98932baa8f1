"""What a run leaves in its log, and whom it tells."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from affectcli import runner
from affectcli.log import redact
from affectcli.runner import _notify, _step
from affectcli.settings import Log, Notify, Settings
from affectcli.store import Context, Database, Outcome
from tests.unit.runner.conftest import levels, series

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.runner import Done


def test_a_log_of_json_lines_without_secrets(
    night: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFECT_REDDIT_CLIENT_SECRET", "opensesame")
    text = "[vars]\nword = ''\n[log]\nfolder = 'FOLDER/logs'\n" + series("calls")
    text += levels("calls") + levels("x-${word}", "needs = []")
    done = night(text, variables={"word": "opensesame"})
    assert done.error is not None
    (file,) = (tmp_path / "logs").iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert b"opensesame" not in file.read_bytes() + (tmp_path / "a.duckdb").read_bytes()
    assert {line["run_id"] for line in lines} == {file.stem}
    assert [line["event"] for line in lines if line["event"] != "message"] == [
        "run.start",
        *(["step.start", "step.end"] * 3),
        "run.end",
    ]
    ends = [line for line in lines if line["event"] == "step.end"]
    assert [(line["exit_code"], line["rows_out"]) for line in ends] == [(0, 112), (0, 1), (2, 0)]
    assert all(line["seconds"] >= 0 for line in ends)
    assert lines[-1]["exit_code"] == 2
    with Database(tmp_path / "a.duckdb").read() as con:
        mine = con.raw.execute(
            "select count(*) from run where starts_with(run_id, ?)", [file.stem]
        ).fetchall()
    assert mine == [(4,)]


TELL = """
import sys
from pathlib import Path
Path(sys.argv[1], sys.argv[2]).write_bytes(sys.stdin.buffer.read())
"""


def test_a_failure_is_told_to_a_command_on_its_stdin_alone(
    night: Callable[..., Done], tmp_path: Path
) -> None:
    """Neither arguments nor what went wrong reach a shell."""
    (tmp_path / "tell.py").write_text(TELL)
    hostile = f"told; touch {tmp_path.name}; $(touch {tmp_path.name})"
    call = [sys.executable, f"{tmp_path}/tell.py", str(tmp_path), hostile.replace("$", "$$")]
    done = night(f"[notify]\non_failure = {json.dumps(call)}\n" + series("$$(touch x)", "no"))
    told = json.loads((tmp_path / hostile).read_text())
    assert done.error is not None
    assert (told["event"], told["exit_code"]) == ("failure", 6)
    assert told["message"] == str(done.error)
    assert [row["id"] for row in told["steps"]] == ["$(touch x)"]


@pytest.mark.parametrize("target", ["false", "no-such-program", "sleep 30", "http://127.0.0.1:9/x"])
def test_who_cannot_be_told_hides_nothing(target: str, night: Callable[..., Done]) -> None:
    done = night(f"[notify]\non_failure = '{target}'\npatience = 0.3\n" + series("x", "no"))
    assert done.error is not None
    assert done.error.code == 6  # type: ignore[attr-defined]  # an AffectError


class _Hook(http.server.BaseHTTPRequestHandler):
    told: list[Any] = []  # noqa: RUF012  # one for the server

    def do_POST(self) -> None:
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_an_alert_is_told_once_to_a_url(
    night: Callable[..., Done], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    origins = ["2024-01-01", "2024-01-02"]

    class Forecast:
        @staticmethod
        def run(ctx: Context) -> Outcome:
            with ctx.db.write() as con:
                con.raw.execute(
                    "insert into alert values (?, 's', 'ets', ?, timestamp '2024-01-05',"
                    " timestamp '2024-01-09', 0.7, 0.1, 'q80', 14, null)",
                    [ctx.run_id, origins.pop(0)],
                )
            return Outcome()

    with Database(settings.db).write():
        pass
    monkeypatch.setattr(_step, "locate", lambda _: Forecast)
    text = f"[notify]\non_alert = 'http://127.0.0.1:{server.server_port}/secret'\n"
    try:
        night(text + "[[step]]\ndo = 'check'\n")
        night(text + "[[step]]\ndo = 'check'\n")  # the same days, announced again
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [told["event"] for told in _Hook.told] == ["alert"]
    assert _Hook.told[0]["alerts"][0]["signal"] == "s"


def test_settings_say_whom_to_tell_where_the_file_does_not() -> None:
    assert Notify(on_failure=("mail", "-s", "x")).on_failure == ("mail", "-s", "x")
    assert Log(folder="logs").folder is not None  # type: ignore[arg-type]  # as a file gives it
    assert not _notify.tell("", {}, patience=1)


def test_logs_that_cannot_be_written(night: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Exception, match="Cannot write a log") as caught:
        night(series("calls"), log_folder=tmp_path / "file" / "logs")
    assert caught.value.code == 3  # type: ignore[attr-defined]  # an AffectError
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("http://me:word@host/x", "http://…@host/x"),
        ("https://host/x?token=abc&y=1", "https://host/x?token=…&y=1"),
        ('{"a":"http://x/","b":"y@z"}', '{"a":"http://x/","b":"y@z"}'),
        ('"key=a\\"b"', '"key=…\\"b"'),
        ("false or true", "false or true"),
    ],
)
def test_secrets_are_taken_out_and_json_stays_json(
    text: str, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false or true")
    assert redact(text) == left


def test_what_the_file_leaves_empty_is_up_to_the_settings(
    settings: Settings, tmp_path: Path
) -> None:
    call = ("cp", "/dev/stdin", str(tmp_path / "told.json"))
    chosen = settings.model_copy(update={"notify": Notify(on_failure=call)})
    path = tmp_path / "p.toml"
    path.write_text("[notify]\non_failure = ''\n[[step]]\ndo = 'ingest file'\npath = 'none.csv'\n")
    done = runner.carry_out(runner.read_pipeline(path, {}), chosen)
    assert json.loads((tmp_path / "told.json").read_text())["message"] == str(done.error)
