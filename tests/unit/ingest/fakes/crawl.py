"""Runs the crawling parts against a fake server, with the test's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from affectcli.ingest import _crawl_ask as ask
from affectcli.ingest import arctic, reddit
from affectcli.ingest._http import Client, Patience
from affectcli.ingest._reddit_wire import Wire
from affectcli.store import Context, Database

if TYPE_CHECKING:
    import pytest

    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk
    from tests.unit.ingest.fakes.web import Clock, Server

HASTY = (1.0, 0.2)  # seconds; a slow server costs a test that much
PATIENT = (30.0, 60.0)  # seconds; a busy machine is no slow server
Row = tuple[str, str, str, int | None, str]


@dataclass
class Crawler:
    """A desk, a server and a clock; waits take no time."""

    desk: Desk
    server: Server
    clock: Clock
    budget: float = 900.0
    dry: bool = False

    def reddit(self, *subs: str, since: str | None = None, **more: Any) -> Outcome:  # noqa: ANN401  # whatever the part takes
        window = ask.window(since, more.pop("until", None))
        asked = reddit.Asked(tuple(ask.names(subs)), window=window, **more)
        wire = Wire(self.clock, timeout=self._timeout())
        return reddit.crawl(self._ctx(), asked, self._patience(), wire=wire)

    def arctic(self, *subs: str, since: str, until: str | None = None, **more: Any) -> Outcome:  # noqa: ANN401  # whatever the part takes
        asked = arctic.Asked(tuple(ask.names(subs)), ask.window(since, until), **more)
        with Client(self._patience(), timeout=self._timeout()) as client:
            return arctic.crawl(self._ctx(), asked, client)

    def stored(self) -> dict[str, Row]:
        rows = self.desk.table("post")
        return {
            row["post_id"]: (row["kind"], row["title"], row["body"], row["score"], row["status"])
            for row in rows
        }

    def since(self, seen: int, part: str = "/r/") -> list[str]:
        """Return the paths asked for since request number `seen`."""
        return [request.path for request in self.server.seen[seen:] if part in request.path]

    def _timeout(self) -> tuple[float, float]:
        """Return timeouts that a server meets, on a busy machine too, unless it is to be slow."""
        faults = self.server.faults
        slow = "slow" in faults.planned or (faults.rate and "slow" in faults.kinds)
        return HASTY if slow else PATIENT

    def _patience(self) -> Patience:
        return Patience(self.budget, clock=self.clock, sleep=self.clock.sleep)

    def _ctx(self) -> Context:
        ctx = self.desk.ctx()
        if not self.dry:
            return ctx
        return Context(Database(self.desk.path, dry_run=True), ctx.settings, run_id="dry")


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let PRAW and Arctic Shift's part talk to a server on loopback."""
    for name, value in {"ID": "id", "SECRET": "secret"}.items():
        monkeypatch.setenv(f"AFFECT_REDDIT_CLIENT_{name}", value)
    monkeypatch.setenv("AFFECT_REDDIT_URL", url)
    monkeypatch.setenv("AFFECT_ARCTIC_URL", url)
