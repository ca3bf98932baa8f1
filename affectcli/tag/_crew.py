"""Threads that compute whole batches beside each other: one for each core, or one for each GPU.

Several cores on one batch must wait for each other after every product, and where another program
holds one of them back they all stand still. A batch on each core needs no such wait.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

Member = TypeVar("Member")
Batch = TypeVar("Batch")
Result = TypeVar("Result")


class Crew(Generic[Member]):
    """One thread for each member; `cores` gives each core of the machine to the one member."""

    def __init__(self, members: Sequence[Member], *, cores: bool) -> None:
        if cores:
            members = list(members) * torch.get_num_threads()
        self._mine = threading.local()
        free = iter(members)

        def join() -> None:
            self._mine.member = next(free)
            if cores:
                torch.set_num_threads(1)  # of this thread: others keep theirs

        self._pool = ThreadPoolExecutor(len(members), "compute", initializer=join)

    def begin(
        self, work: Callable[[Member, Batch], Result], batches: Iterable[Batch]
    ) -> list[Future[Result]]:
        """Begin work(member, batch) for every batch, in their order."""
        return [self._pool.submit(self._run, work, batch) for batch in batches]

    def _run(self, work: Callable[[Member, Batch], Result], batch: Batch) -> Result:
        return work(self._mine.member, batch)


def cancel(begun: Iterable[Future[Result]]) -> None:
    """Drop what no thread has taken yet."""
    for future in begun:
        future.cancel()
