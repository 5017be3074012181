"""Reading and scoring in processes of their own, off the reactor and off the writer.

A page that kills its reader (a fault in a parser) or holds it too long costs that page alone: the
reader is started anew and its batch is read one by one.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import classifiers
from classifiers.cascade import Glancer
from classifiers.lexicons import read_lexicon
from crawlers.fetches import ICON, Fetch
from crawlers.mirrors import icon_reading
from crawlers.platforms import Platforms
from crawlers.reading import Reading, read
from domain.captures import Outcome
from domain.errors import BoundaryError, NarcowatchError

log = logging.getLogger(__name__)
_START_S = 120.0
#: Processor seconds that one page may take. A reader that does not stop by itself after them is
#: killed after ``_PAGE_S`` seconds by the clock.
_PAGE_CPU_S = 5.0
_PAGE_S = 20.0
_END_S = 5.0
_READY = "ready"


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """What a reader needs to know, as values that can be handed to another process."""

    platforms: Platforms
    max_bytes: int
    most_links: int
    model_dir: Path
    lexicon_dir: Path


class Readers:
    """A fixed number of reader processes, used by one thread.

    ``begin`` starts them, ``ready`` waits until they are; ``send`` hands them a batch, ``receive``
    waits for its readings. One batch is under way at a time. Raises BoundaryError, from ``ready``
    on, where a reader cannot start.
    """

    def __init__(self, plan: ReaderPlan, processes: int) -> None:
        self._readers = [_Reader(plan) for _ in range(processes)]
        self._batch: list[tuple[_Reader, list[Fetch]]] = []

    def begin(self) -> None:
        """Start them, and do not wait: loading a model takes a second or two."""
        for reader in self._readers:
            reader.begin()

    def ready(self) -> None:
        """Wait until all can read."""
        for reader in self._readers:
            reader.greeted()

    def send(self, fetches: Sequence[Fetch]) -> None:
        """Have a batch read."""
        if self._batch:
            raise RuntimeError("a batch is being read already")
        number = len(self._readers)
        for at, reader in enumerate(self._readers):
            if share := list(fetches[at::number]):
                reader.send(share)
                self._batch.append((reader, share))

    @property
    def busy(self) -> bool:
        """Whether a batch is under way."""
        return bool(self._batch)

    def receive(self) -> list[Reading]:
        """The readings of the batch under way, in no order."""
        batch, self._batch = self._batch, []
        return [reading for reader, share in batch for reading in reader.receive(share)]

    def close(self) -> None:
        for reader in self._readers:
            reader.end()


class _Reader:
    """One process and the way to it."""

    def __init__(self, plan: ReaderPlan) -> None:
        self._plan = plan
        self._process: Any = None
        self._way: Connection | None = None

    def begin(self) -> None:
        # A process of its own from the start: a fork would take the reactor's sockets along.
        context = multiprocessing.get_context("spawn")
        self._way, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._plan), name="reader", daemon=True
        )
        self._process.start()
        theirs.close()

    def greeted(self) -> None:
        answer = self._answer(_START_S)
        if answer != _READY:
            raise BoundaryError(f"a reader of pages did not start: {answer or 'it died'}")

    def send(self, fetches: list[Fetch]) -> None:
        assert self._way is not None
        try:
            self._way.send(fetches)
        except OSError as error:
            log.warning("a reader of pages is gone: %s", error)

    def receive(self, fetches: list[Fetch]) -> list[Reading]:
        answer = self._answer(_PAGE_S + len(fetches))
        if isinstance(answer, list):
            return _with_fetches(answer, fetches)
        log.error("a reader of pages died over %s pages; they are read one by one", len(fetches))
        self._again()
        return [self._alone(fetch) for fetch in fetches]

    def _alone(self, fetch: Fetch) -> Reading:
        self.send([fetch])
        answer = self._answer(_PAGE_S)
        if isinstance(answer, list):
            return _with_fetches(answer, [fetch])[0]
        log.error("reading %s killed its reader", fetch.job.url)
        self._again()
        return Reading(fetch, Outcome.FAILED, "reading it killed the reader")

    def _again(self) -> None:
        self.end()
        self.begin()
        self.greeted()

    def _answer(self, seconds: float) -> Any:
        """What the process sends, or None where it dies or keeps silent."""
        assert self._way is not None
        try:
            return self._way.recv() if self._way.poll(seconds) else None
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        if self._way is not None:
            self._way.close()
        if self._process is not None:
            self._process.join(_END_S)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()


def _with_fetches(readings: list[Reading], fetches: list[Fetch]) -> list[Reading]:
    """The bodies that were sent there did not come back."""
    return [replace(one, fetch=fetch) for one, fetch in zip(readings, fetches, strict=True)]


def _work(way: Connection, plan: ReaderPlan) -> None:
    """The process: read what comes until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when the crawl closes the way
    signal.signal(signal.SIGPROF, _stop_reading)
    try:
        cascade = load_cascade(plan)
    except NarcowatchError as error:
        way.send(str(error))
        return
    try:
        way.send(_READY)
        while True:
            fetches: list[Fetch] = way.recv()
            way.send([_light(_in_time(fetch, plan, cascade)) for fetch in fetches])
    except (EOFError, ConnectionError):  # the crawl has ended, one way or the other
        return


class _TooLongError(Exception):
    """Raised by the alarm, wherever the reader is."""


def _stop_reading(_number: int, _frame: object) -> None:
    raise _TooLongError


def _in_time(fetch: Fetch, plan: ReaderPlan, cascade: Glancer) -> Reading:
    """The reading, or a failed one for a page that takes too long, whatever it does: regular
    expressions and the parser's events are both interrupted."""
    try:
        signal.setitimer(signal.ITIMER_PROF, _PAGE_CPU_S)
        try:
            return read_and_score(fetch, plan, cascade)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except _TooLongError:
        log.warning("reading %s took too long", fetch.job.url)
        return Reading(fetch, Outcome.FAILED, "reading it took too long")


def load_cascade(plan: ReaderPlan) -> Glancer:
    """The model that pages are glanced at with. Raises ModelError, InputError."""
    return classifiers.load_glancer(plan.model_dir, read_lexicon(plan.lexicon_dir))


def read_and_score(fetch: Fetch, plan: ReaderPlan, cascade: Glancer) -> Reading:
    """What came back, read, with the first stage's word on it where it has a text."""
    if fetch.job.why == ICON:
        return icon_reading.read(fetch)
    return read(
        fetch,
        plan.platforms,
        plan.max_bytes,
        plan.most_links,
        lambda document: cascade.glance(document.text, title=document.title),
    )


def _light(reading: Reading) -> Reading:
    return replace(reading, fetch=replace(reading.fetch, body=b""))
