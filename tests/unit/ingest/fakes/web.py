"""A real HTTP server on loopback that fails as often and in as many ways as it is told."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from typing import Self

KINDS = ("429+", "429", "401", "500", "502", "reset", "cut", "html", "slow")
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends RST


@dataclass
class Clock:
    """A clock that only sleeping, and the test, move."""

    now: float = 1_717_200_000.0  # 2024-06-01T00:00:00Z
    slept: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    """reset, cut or slow: what befalls the connection."""

    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class World(Protocol):
    """What a server is about."""

    def answer(self, request: Request) -> Answer: ...


@dataclass
class Faults:
    """Decides which requests fail; `planned` go first, one a request, "" for none."""

    rate: float = 0.0
    kinds: tuple[str, ...] = KINDS
    seed: int = 0
    planned: list[str] = field(default_factory=list)
    slow: float = 5.0
    """Seconds after which a slow server hangs up."""
    wait: str = "2"
    """What Retry-After says."""
    made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Throw the same dice each time."""
        self.dice = random.Random(self.seed)

    def next(self) -> str:
        if self.planned:
            kind = self.planned.pop(0)
        else:
            kind = self.dice.choice(self.kinds) if self.dice.random() < self.rate else ""
        if kind:
            self.made[kind] += 1
        return kind

    def answer(self, kind: str) -> Answer:
        if kind == "429+":
            return Answer("slow down", 429, {"retry-after": self.wait})
        if kind in {"429", "500", "502"}:
            return Answer({"message": "no", "error": int(kind)}, int(kind))
        if kind == "401":
            return Answer({"message": "Unauthorized", "error": 401}, 401)
        if kind == "html":
            return Answer("<html>we are busy</html>")
        return Answer({}, fault=kind)


class Server:
    """Serves a world until the end of `with`; `seen` has every request, failed ones too."""

    def __init__(self, world: World, faults: Faults | None = None, port: int = 0) -> None:
        self.world, self.faults = world, faults or Faults()
        self.seen: list[Request] = []
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self._http = _Quiet(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and let no connection wait."""
        self.stop.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def paths(self, part: str = "") -> list[str]:
        with self.lock:
            return [request.path for request in self.seen if part in request.path]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # the base's
        """Say nothing: connections are meant to break."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, *_: object) -> None: ...

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            split = urlsplit(self.path)
            query = dict(parse_qsl(split.query) + parse_qsl(body.decode()))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, split.path, query, headers)
            with server.lock:
                server.seen.append(request)
                kind = server.faults.next()
                if kind == "401" and "access_token" in request.path:
                    kind = "500"  # a key that was taken is not refused for a while
                answer = server.faults.answer(kind) if kind else server.world.answer(request)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            if answer.fault == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.close_connection = True
                self.connection.close()
                return
            if answer.fault == "slow":
                server.stop.wait(server.faults.slow)
                self.close_connection = True
                return
            content = answer.content()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            if self.close_connection:  # as asked for; who is not told so uses the connection again
                self.send_header("connection", "close")
            more = 100 if answer.fault == "cut" else 0
            self.send_header("content-length", str(len(content) + more))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = self.close_connection or bool(more)

    return Handler
