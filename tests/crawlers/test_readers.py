"""Reader processes: what they read, and what becomes of a page that kills its reader."""

from __future__ import annotations

import os
import re
import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers import readers
from crawlers.fetches import Fetch, Job
from crawlers.platforms import parse_platforms
from crawlers.readers import ReaderPlan, Readers, load_cascade
from crawlers.reading import Reading
from domain.captures import Egress, Outcome
from domain.clock import utc_now
from domain.errors import BoundaryError
from domain.targets import site_key

ROOT = Path(__file__).resolve().parents[2]
OFFER = "Мефедрон кристалл 1 г — 14 000 тг. Закладки в Алматы, магнит, прикоп. Оплата криптой."
NEWS = "В городе открыли новую библиотеку, дети получили книги."


class Deadly(bytes):
    """Bytes that end the process in which they are unpacked."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (9,))


def plan(model_dir: Path = ROOT / "classifiers" / "model") -> ReaderPlan:
    platforms = parse_platforms(tomllib.loads((ROOT / "config/platforms.toml").read_text()))
    return ReaderPlan(platforms, 1_000_000, 100, model_dir, ROOT / "config" / "lexicons")


def fetch(number: int, text: str | bytes) -> Fetch:
    url = f"http://a.test/{number}"
    body = text if isinstance(text, bytes) else f"<title>T</title><p>{text}</p>".encode()
    return Fetch(
        job=Job(number, url, site_key(url), 1, 0, 0, 0, 1.0, "link"),
        fetched_at=utc_now(),
        egress=Egress.DIRECT,
        attempts=1,
        status=200,
        response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
    )


@pytest.fixture
def two() -> Iterator[Readers]:
    made = Readers(plan(), 2)
    made.begin()
    made.ready()
    yield made
    made.close()


def test_pages_are_read_scored_and_given_back_whole(two: Readers) -> None:
    fetches = [fetch(number, OFFER if number % 2 else NEWS) for number in range(7)]
    two.send(fetches)
    assert two.busy
    readings = sorted(two.receive(), key=lambda one: one.fetch.job.entry)
    assert not two.busy
    assert [one.fetch for one in readings] == fetches, "each with the body that was fetched"
    assert {one.outcome for one in readings} == {Outcome.OK}
    for one in readings:
        assert one.glance is not None
        assert (one.glance.selling > 0.5) == bool(one.fetch.job.entry % 2)
        assert one.document is not None
        assert one.document.title == "T"


def test_a_page_that_kills_its_reader_costs_itself_alone(two: Readers) -> None:
    fetches = [fetch(0, OFFER), fetch(1, NEWS), fetch(2, Deadly(b"<p>x")), fetch(3, NEWS)]
    two.send([*fetches, fetch(4, NEWS), fetch(5, NEWS)])
    readings = {one.fetch.job.entry: one for one in two.receive()}
    assert sorted(readings) == [0, 1, 2, 3, 4, 5]
    assert readings.pop(2).outcome is Outcome.FAILED
    assert {one.outcome for one in readings.values()} == {Outcome.OK}
    two.send([fetch(6, OFFER)])
    assert [one.outcome for one in two.receive()] == [Outcome.OK]


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> Reading:
        while True:
            re.fullmatch("(a+)+b", "a" * 40)

    monkeypatch.setattr(readers, "_PAGE_CPU_S", 0.2)
    monkeypatch.setattr(readers, "read_and_score", endless)
    before = signal.signal(signal.SIGPROF, readers._stop_reading)
    try:
        reading = readers._in_time(fetch(0, NEWS), plan(), load_cascade(plan()))
    finally:
        signal.signal(signal.SIGPROF, before)
    assert (reading.outcome, reading.detail) == (Outcome.FAILED, "reading it took too long")
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_a_reader_without_a_model_says_so(tmp_path: Path) -> None:
    one = Readers(plan(tmp_path), 1)
    one.begin()
    with pytest.raises(BoundaryError, match="model card"):
        one.ready()
    one.close()
