"""Threads that compute batches beside each other."""

import threading

import pytest
import torch

from affectcli.tag._crew import Crew, cancel


def test_results_come_in_the_order_of_the_batches() -> None:
    crew = Crew([10, 10], cores=False)
    begun = crew.begin(lambda member, batch: member * batch, range(100))
    assert [future.result() for future in begun] == [10 * n for n in range(100)]


def test_each_core_computes_alone_and_the_caller_keeps_its_threads() -> None:
    before = torch.get_num_threads()
    crew = Crew(["all"], cores=True)
    counts = [f.result() for f in crew.begin(lambda *_: torch.get_num_threads(), range(20))]
    assert set(counts) == {1}
    assert torch.get_num_threads() == before


def test_a_failure_reaches_the_caller_and_the_rest_can_be_dropped() -> None:
    hold = threading.Event()

    def work(_: str, batch: int) -> int:
        if batch == 0:
            raise ValueError("bad batch")
        hold.wait(5)
        return batch

    begun = Crew(["one"], cores=False).begin(work, range(5))
    with pytest.raises(ValueError, match="bad batch"):
        begun[0].result()
    cancel(begun)
    hold.set()
    assert sum(future.cancelled() for future in begun) >= 3
