"""Training the cause head: what it learns, what it writes, and that a kill changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from safetensors.torch import load_file

from affectcli.errors import ModelError
from affectcli.tag import _cause, _cause_file, _cause_states, _cause_train, _encoder
from affectcli.tag._cause import Thread, Turn

if TYPE_CHECKING:
    from pathlib import Path

NEWS = Turn("Hello everyone . my dog died", 1, same_author=False)
REPLY = Turn("oh no that is so sad", 0, same_author=True)


@pytest.fixture(scope="module")
def finder(tiny_cause: Path) -> _cause.CauseFinder:
    return _cause.load(tiny_cause, device="cpu")


def span(found: _cause.Found | None, thread: Thread) -> str | None:
    return found and thread.turns[found.turn].text[found.start : found.stop]


def test_the_cause_is_found_where_it_is(finder: _cause.CauseFinder) -> None:
    reply = Thread("sadness", (NEWS, REPLY))
    own = Thread("sadness", (Turn("I am so sad because my car broke", 0, same_author=True),))
    idle = Thread("sadness", (Turn("the bus leaves at noon", 0, same_author=True),))
    first, second, third = finder.find([reply, own, idle])
    assert first is not None
    assert second is not None
    assert (first.turn, span(first, reply)) == (0, "my dog died")
    assert span(second, own) == "my car broke"
    assert third is None


def test_answers_do_not_depend_on_the_company(finder: _cause.CauseFinder) -> None:
    threads = [
        Thread("sadness", (Turn(f"{word} {NEWS.text}", 1, same_author=False), REPLY))
        for word in ("well", "so ,", "listen to this , all of you , please", "🙂")
    ]
    together = finder.find(threads)
    for thread, found in zip(threads, together, strict=True):
        alone = finder.find([thread])[0]
        assert found is not None
        assert alone is not None
        assert span(alone, thread) == span(found, thread)
        assert alone.score == pytest.approx(found.score, abs=0.03)


def test_offsets_are_of_the_text_as_it_was_written(finder: _cause.CauseFinder) -> None:
    text = "Hellooooo u/ann 😂😂 https://a.b/c my dog died"
    thread = Thread("sadness", (Turn(text, 1, same_author=False), REPLY))
    found = finder.weigh([thread])[0][0]
    assert found is not None
    assert 0 <= found.start < found.stop <= len(text)
    assert str(span(found, thread)) in text


def test_a_long_post_is_read_to_its_end(finder: _cause.CauseFinder) -> None:
    text = "the bus leaves at noon . " * 300 + "I am so sad because my car broke"
    (read,), ids = _cause_states.tokenise([text], _encoder.tokenizer())
    covered = {place for window in read.windows for place in window.offsets}
    assert len(read.windows) == len(ids) > 10
    assert max(covered) == (len(text) - 5, len(text))
    assert sum(stop - start for start, stop in covered) == len(text.replace(" ", ""))
    thread = Thread("sadness", (NEWS._replace(text="ok ."), Turn(text, 0, same_author=True)))
    found = finder.weigh([thread])[0][1]
    assert found is not None
    assert 0 <= found.start < found.stop <= len(text)


@pytest.mark.parametrize("text", ["", " ", "https://a.b/c", "\ud83d", "😂", "\x00"])
def test_any_text_has_an_answer(finder: _cause.CauseFinder, text: str) -> None:
    thread = Thread("anger", (Turn(text, 1, same_author=False), Turn(text, 0, same_author=True)))
    finder.find([thread])
    for found in finder.weigh([thread])[0]:
        assert found is None or text[found.start : found.stop].strip()


def test_no_thread_no_answer(finder: _cause.CauseFinder) -> None:
    assert finder.find([]) == []


def test_the_card_has_metrics_baselines_and_the_licence(tiny_cause: Path) -> None:
    card = json.loads((tiny_cause / "card.json").read_text(encoding="utf-8"))
    figures = card["metrics"]["valid"]
    assert figures["model, protocol"]["em"]["value"] > 60
    assert set(figures) == {
        "model, protocol",
        "copy this or the previous turn, protocol",
        "model, evidence given",
        "copy the turn, evidence given",
    }
    assert card["non_commercial"]
    assert "CC BY-NC-SA 4.0" in card["licence"]
    assert card["support"]["valid"]["spans"] == 8
    facts = _cause_file.check(tiny_cause)
    assert float(facts["threshold"]) == card["threshold"]
    assert card["weights"][_cause_file.CAUSE]["bytes"] < 1_500_000


def test_a_head_for_another_adapter_is_refused(tiny_cause: Path, tmp_path: Path) -> None:
    (tmp_path / _cause_file.CAUSE).write_bytes((tiny_cause / _cause_file.CAUSE).read_bytes())
    (tmp_path / _cause_file.ADAPTER).write_bytes(b"another")
    with pytest.raises(ModelError, match="another adapter"):
        _cause.load(tmp_path)


def test_a_damaged_file_is_refused(tiny_cause: Path, tmp_path: Path) -> None:
    for name in (_cause_file.CAUSE, _cause_file.ADAPTER):
        (tmp_path / name).write_bytes((tiny_cause / name).read_bytes())
    (tmp_path / _cause_file.CAUSE).write_bytes((tiny_cause / _cause_file.CAUSE).read_bytes()[:-8])
    with pytest.raises(ModelError, match="damaged"):
        _cause.load(tmp_path)
    (tmp_path / _cause_file.CAUSE).write_bytes(b"\x80\x04 a pickle")
    with pytest.raises(ModelError, match="damaged"):
        _cause.load(tmp_path)


def test_a_killed_run_ends_with_the_same_weights(
    tiny_cause: Path, tiny_reccon: Path, tmp_path: Path
) -> None:
    def train(out: Path, *, stop: int | None = None) -> None:
        def progress(message: str) -> None:
            if stop is not None and message.startswith(f"epoch {stop}/"):
                raise KeyboardInterrupt

        _cause_train.train(
            data=tiny_reccon,
            out=out,
            adapter=tiny_cause / _cause_file.ADAPTER,
            recipe=_cause_train.Recipe(epochs=3, batch=16),
            progress=progress,
        )

    train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "killed", stop=3)
    train(tmp_path / "killed")
    whole, killed = (load_file(tmp_path / name / _cause_file.CAUSE) for name in ("whole", "killed"))
    assert all(bool((whole[name] == killed[name]).all()) for name in whole)
