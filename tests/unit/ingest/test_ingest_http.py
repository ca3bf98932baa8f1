"""The client waits as it is asked, tries again what may pass, and stops at its budget."""

from __future__ import annotations

import email.utils
import random
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import BudgetError, RemoteError
from affectcli.ingest._http import Client, Patience, Trouble, retry_after
from tests.unit.ingest.fakes.web import Answer, Clock, Faults, Request, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = (1.0, 0.1)
PASSING = ("429+", "429", "500", "502", "reset", "cut", "html", "slow")


class Echo:
    """Answers with the status that the path names, and with what was asked."""

    def answer(self, request: Request) -> Answer:
        status = request.path.strip("/")
        said = {"query": request.query, "agent": request.headers["user-agent"]}
        return Answer(said, int(status) if status.isdigit() else 200)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Echo()) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    patience = Patience(100, clock=clock, sleep=clock.sleep, dice=random.Random(1))
    with Client(patience, timeout=TIMEOUT) as client:
        yield client


def test_a_page_comes_with_its_parameters(server: Server, client: Client) -> None:
    said = client.json(f"{server.url}/page", params={"q": "a b"})
    assert said["query"] == {"q": "a b"}
    assert "affect/" in said["agent"]


@pytest.mark.parametrize("kind", PASSING)
def test_what_may_pass_is_tried_again(
    server: Server, client: Client, clock: Clock, kind: str
) -> None:
    client.json(f"{server.url}/page")
    server.faults.planned += [kind, kind]
    assert client.json(f"{server.url}/page") is not None
    assert client.requests == 4
    assert clock.slept > 0


def test_a_wait_that_is_asked_for_is_kept(server: Server, client: Client, clock: Clock) -> None:
    server.faults.wait = "30"
    server.faults.planned += ["429+"]
    client.get(f"{server.url}/page")
    assert 30 <= clock.slept <= 31


def test_a_wait_may_be_a_date(server: Server, client: Client, clock: Clock) -> None:
    server.faults.wait = email.utils.formatdate(clock.now + 20, usegmt=True)
    server.faults.planned += ["429+"]
    client.get(f"{server.url}/page")
    assert 20 <= clock.slept <= 21


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12), ("0.5", 0.5), ("-3", 0), ("nan", None), ("soon", None), (None, None), ("", None)],
)
def test_retry_after_of_any_kind(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, 0) == seconds


def test_waits_grow_and_are_never_the_same(clock: Clock) -> None:
    patience = Patience(clock=clock, sleep=clock.sleep, dice=random.Random(3))
    waits = [patience.wait_of(Trouble("no"), attempt) for attempt in range(1, 12)]
    assert all(2 ** (n - 1) / 2 <= wait <= 2 ** (n - 1) for n, wait in enumerate(waits[:6], 1))
    assert max(waits) <= 60
    assert len(set(waits)) == len(waits)


def test_the_budget_is_shared_and_its_end_says_how_to_go_on(
    server: Server, client: Client, clock: Clock
) -> None:
    client.patience.resume = "affect ingest x"
    server.faults.wait = "45"
    server.faults.planned += ["429+", "", "429+", "", "429+"]
    client.get(f"{server.url}/a")
    client.get(f"{server.url}/b")
    with pytest.raises(BudgetError, match=r"asks to wait 45 s.*Try: affect ingest x") as caught:
        client.get(f"{server.url}/c")
    assert caught.value.code == 5
    assert clock.slept < 100


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 418])
def test_what_does_not_pass_is_refused_at_once(
    server: Server, client: Client, clock: Clock, status: int
) -> None:
    with pytest.raises(RemoteError, match=r"127.0.0.1:\d+ refused") as caught:
        client.get(f"{server.url}/{status}", params={"key": "secret"})
    assert "secret" not in str(caught.value)
    assert caught.value.code == 4
    assert clock.slept == 0


def test_a_status_that_is_expected_comes_back(server: Server, client: Client) -> None:
    assert client.get(f"{server.url}/422", accept={422}).status_code == 422
    assert client.get(f"{server.url}/503", accept={503}).status_code == 503


def test_an_endless_burst_ends(server: Server, client: Client) -> None:
    server.faults = Faults(1.0, ("500",))
    with pytest.raises(RemoteError, match="8 times in a row"):
        client.get(f"{server.url}/page")


def test_a_host_that_never_answers_is_given_up_early(client: Client, clock: Clock) -> None:
    with Server(Echo()) as gone:
        address = gone.url
    with pytest.raises(RemoteError, match=r"connection .* failed .*3 times"):
        client.get(f"{address}/page")
    assert clock.slept < 5


@pytest.mark.parametrize("address", ["nowhere", "http://", "gopher://x/"])
def test_what_is_no_address_is_refused(client: Client, address: str) -> None:
    with pytest.raises(RemoteError, match="is no address"):
        client.get(address)


def test_the_countdown_is_shown_each_second(server: Server, client: Client) -> None:
    shown: list[float] = []
    client.patience.watch = lambda _, left: shown.append(left)
    server.faults.wait = "3"
    server.faults.planned += ["429+"]
    client.get(f"{server.url}/page")
    assert len(shown) == 4
    assert shown == sorted(shown, reverse=True)


def test_ctrl_c_is_heard_while_waiting(
    server: Server, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from affectcli import interrupt
    from affectcli.errors import Interrupted

    monkeypatch.setattr(interrupt, "_asked", [2])
    server.faults.planned += ["429+"]
    with pytest.raises(Interrupted):
        client.get(f"{server.url}/page")
    assert clock.slept == 0
