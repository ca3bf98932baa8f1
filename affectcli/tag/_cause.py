"""What caused an emotion: a span of the post itself or of a post before it.

`CauseFinder` reads threads, each the target after the texts before it, and points at the span; the
span is a verbatim substring of the text as it was given. It never sees a later text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from affectcli.errors import ModelError
from affectcli.tag import _cause_file, _cause_states, _encoder, _lora
from affectcli.tag._cause_reader import Reader, Row, Segment, decode
from affectcli.tag._crew import Crew
from affectcli.tag._forward import Forward
from affectcli.tag._reccon import EMOTIONS
from affectcli.tag._scorer import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from affectcli.tag._cause_reader import Pointers
    from affectcli.tag._cause_states import Read
    from affectcli.tag._forward import Packed

TOGETHER = 320
"""Threads of at most this many tokens are read as one; longer ones window by window."""
GLANCE = 64
"""Tokens of the target that are read beside a window of a long thread."""
THREADS = 1024
"""Threads whose texts are encoded at a time: bounds memory."""
BUDGET = 2048


class Turn(NamedTuple):
    """A text of a thread; `distance` counts answers up from the target, which is 0."""

    text: str
    distance: int
    same_author: bool


class Thread(NamedTuple):
    """The question what caused `emotion` (one of `EMOTIONS`) in the last of `turns`.

    Turns stand in the order of time, the target last. There is none after it.
    """

    emotion: str
    turns: tuple[Turn, ...]


class Found(NamedTuple):
    """text[start:stop] of turn number `turn` is the cause; `score` in [0, 1] is its probability."""

    turn: int
    start: int
    stop: int
    score: float


class _Place(NamedTuple):
    """Where a segment of a row comes from."""

    thread: int
    turn: int
    window: _cause_states.Window


class _Candidate(NamedTuple):
    """A window, how probably it holds the cause, and logits of start and end, (tokens, 2)."""

    place: _Place
    score: float
    span: Tensor


class _Asked(NamedTuple):
    """A row for the head, and the place of each of its segments; None is no candidate."""

    row: Row
    places: list[_Place | None]


class CauseFinder:
    """Encoder, low-rank updates and the cause head, ready to answer."""

    def __init__(
        self,
        encoder: _encoder.Encoder,
        reader: Reader,
        *,
        threshold: float,
        device: str = "cpu",
    ) -> None:
        self.threshold = threshold
        self._crew = crew(encoder, device)
        self._reader = reader.eval().requires_grad_(requires_grad=False).to(device)
        self._tokenizer = _encoder.tokenizer()

    def find(self, threads: Sequence[Thread]) -> list[Found | None]:
        """Return the most probable cause in each thread, None where none is probable enough."""
        answers: list[Found | None] = []
        for part, read, candidates in self._chunks(threads):
            for thread, turns in zip(part, candidates, strict=True):
                top = max(turns.values(), key=lambda x: x.score, default=None)
                if top is None or top.score < self.threshold:
                    answers.append(None)
                else:
                    answers.append(_answer(top, read[thread.turns[top.place.turn].text]))
        return answers

    def weigh(self, threads: Sequence[Thread]) -> list[list[Found | None]]:
        """Return for every turn of every thread its best span, however improbable.

        None stands for a turn that has no words.
        """
        return [
            [
                _answer(turns[n], read[turn.text]) if n in turns else None
                for n, turn in enumerate(thread.turns)
            ]
            for part, read, candidates in self._chunks(threads)
            for thread, turns in zip(part, candidates, strict=True)
        ]

    def _chunks(
        self, threads: Sequence[Thread]
    ) -> Iterator[tuple[Sequence[Thread], dict[str, Read], list[dict[int, _Candidate]]]]:
        """Yield some threads, their texts as they were read, and their turns' candidates."""
        for start in range(0, len(threads), THREADS):
            part = threads[start : start + THREADS]
            texts = list({turn.text: None for thread in part for turn in thread.turns})
            reads, ids = _cause_states.tokenise(texts, self._tokenizer)
            read = dict(zip(texts, reads, strict=True))
            yield part, read, self._candidates(part, read, ids)

    @torch.inference_mode()
    def _candidates(
        self, threads: Sequence[Thread], read: dict[str, Read], ids: list[list[int]]
    ) -> list[dict[int, _Candidate]]:
        """Return for each thread, by turn, the window that most probably holds a cause."""
        best: list[dict[int, _Candidate]] = [{} for _ in threads]
        if not ids:
            return best
        words = _cause_states.gather(ids, self._crew, self._narrow)
        rows = [
            row
            for number, thread in enumerate(threads)
            for row in _rows(number, thread, [read[turn.text] for turn in thread.turns])
        ]
        for candidate in self._point(words, rows):
            turns, turn = best[candidate.place.thread], candidate.place.turn
            if turn not in turns or candidate.score > turns[turn].score:
                turns[turn] = candidate
        return best

    def _narrow(self, forward: Forward, batch: Packed) -> Tensor:
        return self._reader.narrow(_cause_states.taps(forward, batch))

    def _point(self, words: Tensor, rows: list[_Asked]) -> Iterator[_Candidate]:
        batches = list(_batches(rows))
        begun = self._crew.begin(lambda _, batch: self._read(words, batch), batches)
        for batch, read in zip(batches, begun, strict=True):
            pointers = read.result()
            scores = pointers.has.sigmoid().tolist()
            places = [place for asked in batch for place in asked.places]
            for place, score, (row, start, stop) in zip(
                places, scores, pointers.places, strict=True
            ):
                if place is not None:
                    yield _Candidate(place, score, pointers.span[row, start:stop])

    @torch.inference_mode()
    def _read(self, words: Tensor, batch: list[_Asked]) -> Pointers:
        pointers: Pointers = self._reader(words, [asked.row for asked in batch])
        return pointers


def crew(encoder: _encoder.Encoder, device: str) -> Crew[Forward]:
    """Return threads that run the encoder on a device, in its best precision."""
    encoder = encoder.eval().requires_grad_(requires_grad=False)
    forward = Forward(encoder, device=device, dtype=_encoder.precision(device))
    return Crew([forward], cores=device == "cpu")


def _answer(top: _Candidate, read: Read) -> Found | None:
    first, last = decode(top.span)
    offsets = top.place.window.offsets
    found = read.cleaned.locate(offsets[first][0], offsets[last][1])
    return Found(top.place.turn, *found, top.score) if found else None


def _rows(number: int, thread: Thread, reads: Sequence[Read]) -> Iterator[_Asked]:
    """Yield what the head is to read for one thread, with the place of every candidate segment."""
    emotion = EMOTIONS.index(thread.emotion)
    pieces = [
        (_Place(number, turn, window), _segment(window, thread.turns[turn]))
        for turn, read in enumerate(reads)
        for window in read.windows
    ]
    if sum(segment.stop - segment.first for _, segment in pieces) <= TOGETHER:
        if pieces:
            yield _Asked(Row(emotion, tuple(s for _, s in pieces)), [place for place, _ in pieces])
        return
    last = len(reads) - 1
    glance = [_segment(window, thread.turns[last]) for window in reads[last].windows[:1]]
    glance = [s._replace(stop=min(s.stop, s.first + GLANCE)) for s in glance]
    for place, segment in pieces:
        beside = glance if place.turn != last else []
        yield _Asked(Row(emotion, (segment, *beside)), [place, *(None for _ in beside)])


def _segment(window: _cause_states.Window, turn: Turn) -> Segment:
    stop = window.first + len(window.offsets)
    return Segment(window.first, stop, turn.distance, turn.same_author)


def _batches(rows: list[_Asked]) -> Iterator[list[_Asked]]:
    """Yield rows in order of length, at most BUDGET tokens (padding included) together."""
    sizes = [sum(s.stop - s.first + 1 for s in asked.row.segments) for asked in rows]
    batch: list[_Asked] = []
    for number in sorted(range(len(rows)), key=sizes.__getitem__):
        if batch and (len(batch) + 1) * sizes[number] > BUDGET:
            yield batch
            batch = []
        batch.append(rows[number])
    if batch:
        yield batch


def load(weights: Path, *, device: str = "auto") -> CauseFinder:
    """Return the finder from the folder that holds the adapter and cause.safetensors.

    Raises:
        ModelError: a file is missing or damaged, or they were not made for each other.
        UsageError: no such device here.
    """
    facts = _cause_file.check(weights)
    device = choose(device)
    encoder = _encoder.load()
    try:
        _lora.merge(encoder, load_file(weights / _cause_file.ADAPTER))
        tensors = load_file(weights / _cause_file.CAUSE)
    except (OSError, SafetensorError) as error:
        raise _cause_file.damaged(weights / _cause_file.CAUSE, error) from error
    return assemble(encoder, tensors, threshold=float(facts["threshold"]), device=device)


def assemble(
    encoder: _encoder.Encoder, tensors: Mapping[str, Tensor], *, threshold: float, device: str
) -> CauseFinder:
    """Return the finder from an encoder with its adapter merged and the cause model's tensors.

    Raises:
        ModelError: names or shapes do not fit.
    """
    reader = Reader()
    try:
        reader.load_state_dict({name: x.float() for name, x in tensors.items()})
    except RuntimeError as error:
        raise ModelError(f"cause.safetensors does not fit the encoder: {error}.") from error
    return CauseFinder(encoder, reader, threshold=threshold, device=device)
