"""Dumps: which lines become posts, what happens to the others, and what damage costs."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import random
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affectcli.errors import InputError, UsageError
from affectcli.ingest import _dump_bytes, _dump_scan, dump
from affectcli.ingest._bytes import DamagedError
from affectcli.ingest._dump import Dump, Wish, parsed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk, Refused

PACK: dict[str, Callable[[bytes], bytes]] = {
    "zst": zstd.compress,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "jsonl": bytes,
}
SKIPPED = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"
"""A frame that decompressors skip."""
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def comment(number: int, sub: str = "Bitcoin", **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    return {
        "id": f"c{number}",
        "author": f"a{number % 5}",
        "body": f"words of comment {number}, naïve 🚀",
        "created_utc": 1_600_000_000 + number,
        "edited": False,
        "link_id": "t3_link",
        "parent_id": "t3_link",
        "score": number,
        "subreddit": sub,
    } | more


def lines(*things: dict[str, Any] | bytes) -> bytes:
    return b"".join((t if isinstance(t, bytes) else orjson.dumps(t)) + b"\n" for t in things)


def read(desk: Desk, *content: bytes, name: str = "RC_2020-09.zst", **options: Any) -> Outcome:  # noqa: ANN401  # whatever the part takes
    batch = options.pop("batch", None)
    suffix = name.rpartition(".")[2]
    paths = [
        desk.file(PACK.get(suffix, bytes)(text), f"{n}-{name}") for n, text in enumerate(content)
    ]
    return dump.run(desk.ctx(batch=batch), path=tuple(paths), **options)


def ids(desk: Desk) -> list[str]:
    return sorted(row["post_id"].removeprefix("reddit:t1_") for row in desk.table("post"))


def numbers(path: Path, wish: Wish | None = None, *, size: int = 3) -> tuple[list[int], str]:
    """Return the numbers of the rows of a dump, and the damage that it was found to have."""
    found: list[int] = []
    try:
        with _dump_bytes.opened(str(path)) as packed:
            for batch in Dump(packed, wish or Wish()).batches(size):
                found += batch.frame["_row"].to_list()
                assert batch.read == batch.last - batch.first + 1
    except InputError as error:
        return found, str(error)
    return found, ""


@pytest.mark.parametrize("kind", sorted(PACK))
def test_every_packing_is_read(desk: Desk, refused: Refused, kind: str) -> None:
    text = lines(*(comment(n, "Bitcoin" if n % 3 else "news") for n in range(30)))
    outcome = read(desk, text, name=f"RC_2020-09.{kind}", sub=("bitcoin",))
    assert refused(outcome) == {}
    assert (outcome.rows[0]["added"], outcome.rows[0]["filtered"]) == (20, 10)
    row = desk.table("post")[0]
    assert (row["community"], row["kind"]) == ("reddit/Bitcoin", "comment")
    assert row["body"] == "words of comment 1, naïve 🚀"
    assert (row["parent_id"], row["thread_id"]) == ("reddit:t3_link", "reddit:t3_link")


@pytest.mark.parametrize("sub", [("BITCOIN",), ("bitcoin", "nowhere"), ("r/Bitcoin",)])
def test_a_name_is_found_in_any_case_spacing_and_order(desk: Desk, sub: tuple[str, ...]) -> None:
    text = lines(
        b'{"subreddit":"Bitcoin","id":"a","body":"x","created_utc":1600000000}',
        b'{ "body" : "x", "id":"b" , "created_utc":"1600000000","subreddit" :\t"bitcoin" }',
        b'{"id":"c","body":"x","created_utc":1600000000.0,"subreddit":\r  "BITCOIN"}\r',
        b'{"id":"d","body":"\\"subreddit\\":\\"Bitcoin\\" and Bitcoin","subreddit":"news"}',
        b'{"id":"e","body":"x","author":"Bitcoin","subreddit":"news"}',
        b'{"id":"f","body":"x","in":[{"subreddit":"Bitcoin"}],"subreddit":"news"}',
        b'{"id":"g","body":"x","subreddit":"Bitcoin_"}',
    )
    outcome = read(desk, text, sub=sub)
    assert ids(desk) == ["a", "b", "c"]
    assert outcome.rows[0]["filtered"] == 4


def test_a_time_window_is_half_open(desk: Desk) -> None:
    text = lines(*(comment(n, created_utc=str(1_600_000_000 + n)) for n in range(5)))
    outcome = read(desk, text, since="1600000001", until="1600000003")
    assert ids(desk) == ["c1", "c2"]
    assert outcome.rows[0]["filtered"] == 3


def test_junk_is_refused_by_rule_and_the_rest_goes_on(desk: Desk, refused: Refused) -> None:
    text = lines(
        comment(1),
        b"",
        b"{broken",
        b'["no object"]',
        b'{"id":"x","body":"\xff","subreddit":"Bitcoin"}',
        comment(2, _meta={"was_deleted_later": True}),
        comment(3, created_utc="soon"),
        comment(4, subreddit=None),
        comment(5, body=""),
        {"subreddit": "Bitcoin", "id": "odd"},
        comment(6),
    )
    outcome = read(desk, text)
    assert ids(desk) == ["c1", "c6"]
    assert refused(outcome) == {
        "bad_json": (2, 3),
        "bad_encoding": (1, 5),
        "deleted_later": (1, 6),
        "bad_date": (1, 7),
        "no_community": (1, 8),
        "empty_text": (1, 9),
        "bad_kind": (1, 10),
    }
    assert outcome.rows[0]["filtered"] == 1  # the blank line


def test_deleted_later_is_kept_when_asked_for(desk: Desk) -> None:
    read(desk, lines(comment(2, _meta={"was_deleted_later": True})), deleted_later=True)
    assert ids(desk) == ["c2"]


def test_a_line_that_never_ends_is_refused(
    desk: Desk, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_dump_scan, "LONGEST", 2_000)
    monkeypatch.setattr(_dump_bytes, "PIECE", 500)
    long = b'{"body":"' + b"x" * 5_000 + b'"}'
    outcome = read(
        desk, lines(comment(1), long, comment(2), long), name="a.jsonl", sub=("bitcoin",)
    )
    assert ids(desk) == ["c1", "c2"]
    assert refused(outcome) == {"too_long": (2, 2)}


def test_a_folder_and_several_paths_are_inputs_of_their_own(desk: Desk) -> None:
    folder = desk.folder / "dumps" / "comments"
    folder.mkdir(parents=True)
    for month in range(1, 4):
        text = zstd.compress(lines(comment(month), comment(9)))
        (folder / f"RC_2020-0{month}.zst").write_bytes(text)
    (folder / "notes.md").write_text("not a dump")
    outcome = dump.run(desk.ctx(), path=str(desk.folder / "dumps"))
    assert [row["input"] for row in outcome.rows] == [f"RC_2020-0{m}.zst" for m in (1, 2, 3)]
    assert ids(desk) == ["c1", "c2", "c3", "c9"]
    assert "Read 6 posts: 4 added, 2 there already" in outcome.message
    again = dump.run(desk.ctx(), path=str(desk.folder / "dumps"))
    assert "Nothing new: 3 dumps" in again.message
    assert (again.rows_in, again.rows_out) == (0, 0)


def test_a_damaged_file_keeps_what_is_whole_and_does_not_stop_the_others(desk: Desk) -> None:
    text = lines(*(comment(n) for n in range(50)))
    bad = desk.file(zstd.compress(text)[:-30], "bad.zst")
    good = desk.file(zstd.compress(lines(comment(100))), "good.zst")
    cut = desk.file(lines(comment(200)) + b'{"id":"c201","bo', "cut.jsonl")
    with pytest.raises(InputError, match=r"bad\.zst is truncated .* cut\.jsonl is trunc") as error:
        dump.run(desk.ctx(), path=(bad, good, cut))
    assert int(error.value.code) == 6
    assert {"c100", "c200"} <= set(ids(desk))
    assert "c201" not in ids(desk)


def test_a_message_says_where_a_file_broke(desk: Desk) -> None:
    text = lines(comment(1), comment(2))
    with pytest.raises(InputError) as error:
        read(desk, text + b'{"id', name="a.jsonl")
    size = len(text) + 4
    assert f"at byte {size} of {size}, after {size} bytes of text" in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"id,body\n1,x\n", "none of its first 2 lines is a JSON object"),
        (b'[{"id":"a"}]', "one JSON array"),
        (b'{"pid": 1, "msg": "x"}\n', "no dump of Reddit: its objects have msg, pid"),
        (b"\x28\xb5\x2f\xfdgarbage", "truncated or damaged at byte"),
    ],
)
def test_what_is_no_dump_is_said_to_be_none(desk: Desk, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(desk, content, name="a.jsonl")


def test_wrong_options_say_what_to_type(desk: Desk) -> None:
    with pytest.raises(InputError, match="no file"):
        dump.run(desk.ctx(), path="nowhere.zst")
    with pytest.raises(InputError, match="no dump in"):
        dump.run(desk.ctx(), path=str(desk.folder))
    with pytest.raises(UsageError, match="no subreddit"):
        read(desk, lines(comment(1)), sub=("not a name",))


def test_surrogates_and_deep_nesting_are_read_or_refused() -> None:
    assert parsed(b'{"body":"\\ud800"}') == {"body": "\ud800"}
    assert parsed(b"[" * 100_000) == "bad_json"
    assert parsed(b'{"a":' * 100_000) == "bad_json"


TEXTS = st.text(st.sampled_from('aé🚀"\\ \n{}:'), max_size=12)
LINES = st.lists(
    st.one_of(
        st.builds(
            lambda n, sub, body, ascii_only: (
                orjson.dumps(comment(n, sub, body=body))
                if ascii_only
                else repr(body).encode() + b"{junk"
            ),
            st.integers(0, 999),
            st.sampled_from(["Bitcoin", "bitcoin", "news"]),
            TEXTS,
            st.booleans(),
        ),
        st.sampled_from([b"", b"\r", b"{broken", b"null", b"\xff\xfe"]),
    ),
    max_size=12,
)


def expected(text: Sequence[bytes], names: frozenset[str]) -> list[int]:
    """Return the line numbers that have a thing of a wanted name: a loop over whole lines."""
    found = []
    for number, line in enumerate(text, 1):
        thing = parsed(line) if line.strip() else ""
        if isinstance(thing, dict) and (not names or thing["subreddit"].lower() in names):
            found.append(number)
    return found


@given(
    text=LINES,
    newline=st.sampled_from([b"\n", b"\r\n"]),
    ends=st.booleans(),
    piece=st.integers(1, 200),
    frames=st.lists(st.integers(0, 3_000), max_size=3),
    names=st.sampled_from([frozenset(), frozenset({"bitcoin"}), frozenset({"bitcoin", "x"})]),
)
@QUICK
def test_pieces_frames_and_line_ends_change_nothing(
    tmp_path: Path,
    text: list[bytes],
    newline: bytes,
    piece: int,
    frames: list[int],
    names: frozenset[str],
    *,
    ends: bool,
) -> None:
    text = [orjson.dumps(comment(0, "news")), *text, orjson.dumps(comment(1))]
    whole = newline.join(text) + newline * ends
    cuts = [0, *sorted(min(cut, len(whole)) for cut in frames), len(whole)]
    parts = [zstd.compress(whole[a:b]) for a, b in itertools.pairwise(cuts)]
    path = tmp_path / "x.zst"
    path.write_bytes(SKIPPED + SKIPPED.join(parts) + SKIPPED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_dump_bytes, "PIECE", piece)
        patch.setattr(_dump_bytes, "CHUNK", piece)
        assert numbers(path, Wish(names)) == (expected(text, names), "")


@given(cut=st.floats(0, 1), kind=st.sampled_from(["zst", "gz", "xz", "jsonl"]))
@QUICK
def test_truncation_anywhere_keeps_every_whole_line(tmp_path: Path, cut: float, kind: str) -> None:
    text = [orjson.dumps(comment(n)) for n in range(40)]
    whole = b"\n".join(text) + b"\n"
    packed = PACK[kind](whole)
    if kind == "zst":
        packed = zstd.compress(whole[:3_000]) + zstd.compress(whole[3_000:])
    at = max(1, int(cut * len(packed)))
    path = tmp_path / f"x.{kind}"
    path.write_bytes(packed[:at])
    found, damage = numbers(path)
    assert found == list(range(1, len(found) + 1))
    if kind == "jsonl":
        assert len(found) == len([n for n in range(1, 41) if len(b"\n".join(text[:n])) <= at])
    if kind == "zst" and at >= len(zstd.compress(whole[:3_000])):
        assert len(found) >= whole[:3_000].count(b"\n")
    assert bool(damage) == (kind != "jsonl" and at < len(packed)) or kind in {"jsonl", "zst"}


@pytest.mark.parametrize("kind", ["zst", "gz", "bz2"])
def test_what_stands_before_a_damaged_block_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(_dump_bytes, "CHUNK", 1 << 12)
    rng = random.Random(3)
    text = lines(*(comment(n, body=rng.randbytes(400).hex()) for n in range(300)))
    packed = bytearray(PACK[kind](text))
    middle = len(packed) // 2
    packed[middle : middle + 40] = b"\xff" * 40
    path = tmp_path / f"x.{kind}"
    path.write_bytes(packed)
    found, damage = numbers(path)
    assert "truncated or damaged" in damage or kind == "zst"
    assert found[:100] == list(range(1, len(found) + 1))[:100]


def test_damage_is_found_by_byte(tmp_path: Path) -> None:
    first = lines(*(comment(n) for n in range(20)))
    path = tmp_path / "x.zst"
    head = zstd.compress(first)
    path.write_bytes(head + b"garbage after the frame")
    with _dump_bytes.opened(str(path)) as packed, pytest.raises(DamagedError) as error:
        assert b"".join(packed.pieces()) == first
    assert f"at byte {len(head):,} of" in str(error.value)
    assert f"after {len(first):,} bytes of text" in str(error.value)
