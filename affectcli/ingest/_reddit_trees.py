"""Comments of submissions: whole trees, with what Reddit folded into `more` objects unfolded.

A tree is read when its submission has another number of comments than at the last reading; the
ledger keeps that number (`name:listed:found`), so that a crawl goes on with the trees still due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from affectcli import interrupt
from affectcli.errors import AffectError
from affectcli.ingest._crawl_store import SUBMISSION, TREE, Mark, covered
from affectcli.ingest._reddit import SOURCE
from affectcli.ingest._reddit_api import PAGE, RefusedError, thing_of
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from affectcli.ingest._crawl_store import Community, Thing
    from affectcli.ingest._reddit_api import Reddit
    from affectcli.ingest._reddit_walk import Trip

TOGETHER = 5  # trees committed together: what a kill costs at most
MANY = 1000  # things committed before their tree is whole


@dataclass
class Unfolding:
    """One tree on its way in: comments found, and what is still folded."""

    api: Reddit
    name: str
    keep: Callable[[list[Thing]], None]
    """Takes things when there are many."""
    things: list[Thing] = field(default_factory=list)
    found: int | None = None
    """The number of comments that the submission says it has now."""
    _children: list[str] = field(default_factory=list)
    _deeper: list[str] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)

    def go(self) -> None:
        """Read the whole tree. Raises as `Reddit.thread` does."""
        self._page(self.api.thread(self.name))
        while self._children or self._deeper:
            if len(self.things) >= MANY:
                self.keep(self.things)
                self.things = []
            if self._children:
                batch, self._children = self._children[:PAGE], self._children[PAGE:]
                self._take(self.api.more(self.name, batch))
            else:
                self._page(self.api.thread(self.name, comment=self._deeper.pop()))

    def _page(self, listings: list[Any]) -> None:
        for listing in listings:
            self._take(_children_of(listing))

    def _take(self, children: Iterable[Any]) -> None:
        for thing in self._flat(children):
            self.things.append(thing)
            if thing.get("name") == self.name and isinstance(thing.get("num_comments"), int):
                self.found = thing["num_comments"]

    def _flat(self, children: Iterable[Any]) -> Iterator[Thing]:
        """Yield the things of a tree, however deep, and note what is folded."""
        waiting = list(children)
        while waiting:
            child = waiting.pop()
            thing = thing_of(child)
            if isinstance(child, dict) and child.get("kind") == "more":
                self._unfold(thing)
                continue
            waiting.extend(_children_of(thing.get("replies")))
            yield {key: value for key, value in thing.items() if key != "replies"}

    def _unfold(self, more: Mapping[str, Any]) -> None:
        """Note the comments that a `more` stands for; without any it stands for a deeper page."""
        folded = more.get("children")
        names = [str(each) for each in folded] if isinstance(folded, list) else []
        new = [each for each in names if each not in self._asked]
        self._asked.update(new)
        self._children += new
        parent = str(more.get("parent_id", "")).partition("_")[2]
        if not names and parent and f"below {parent}" not in self._asked:
            self._asked.add(f"below {parent}")
            self._deeper.append(parent)


def read_trees(trip: Trip, home: Community, among: Collection[str] | None) -> int:
    """Read and store every tree that is due; return how many.

    `among` are the post_ids of submissions to look at, None for all that walks by date covered.

    Raises:
        RemoteError, BudgetError, ConfigError: as `Reddit.listing` does; trees before are stored.
        Interrupted: the user asked to stop; the same command goes on.
    """
    shelf, due = home.shelf(TREE), _due(trip, home, among)
    things: list[Thing] = []
    marks: list[str] = []

    def keep(more: list[Thing]) -> None:
        shelf.keep(more, Mark(TREE, trip.started, "part"), None)

    def flush() -> None:
        if marks:
            shelf.keep(things, Mark(TREE, trip.started, ",".join(marks)), None)
        things.clear()
        marks.clear()

    for number, (name, listed) in enumerate(due, start=1):
        trip.line.at(
            f"r/{home.name} trees: {number:,} of {len(due):,}, {shelf.counts.read:,} comments"
        )
        tree = Unfolding(trip.api, name, keep)
        try:
            tree.go()
        except RefusedError as error:
            logger.debug("%s", error)
        except AffectError:
            flush()
            raise
        things += tree.things
        marks.append(f"{name}:{listed}:{listed if tree.found is None else tree.found}")
        if len(marks) == TOGETHER or len(things) >= MANY:
            flush()
            interrupt.check(trip.resume)
    flush()
    return len(due)


def last_read(home: Community) -> dict[str, tuple[int, set[int]]]:
    """Return when each tree was read last (epoch), and with which numbers of comments."""
    read: dict[str, tuple[int, set[int]]] = {}
    for mark, _ in home.shelf(TREE).entries():
        for part in mark.cursor.split(","):
            name, _, numbers = part.partition(":")
            if numbers and mark.started >= read.get(name, (0, set()))[0]:
                read[name] = mark.started, {int(n) for n in numbers.split(":") if n.isdigit()}
    return read


def _due(trip: Trip, home: Community, among: Collection[str] | None) -> list[tuple[str, int]]:
    known, window = last_read(home), trip.window
    entries = home.shelf(SUBMISSION).entries()
    spans = covered(entry for entry in entries if entry.mark.walk == "new")
    due = []
    for name, replies, created in home.frame("ingest/select_crawl_threads").iter_rows():
        if among is not None:
            wanted = f"{SOURCE}:{name}" in among
        else:
            wanted = any(span.low <= created <= span.high for span in spans)
        early = window.since is not None and created < window.since
        late = window.until is not None and created >= window.until
        if wanted and not early and not late and replies not in known.get(name, (0, set()))[1]:
            due.append((name, replies))
    return due


def _children_of(listing: object) -> list[Any]:
    data = listing.get("data") if isinstance(listing, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    return children if isinstance(children, list) else []
