from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cases.models import Case
from cases.moves import move
from domain.captures import Egress
from domain.documents import Document
from domain.errors import IndexingError
from domain.states import CaseState
from domain.targets import telegram_key
from index.embedded import EmbeddedEngine
from index.engine import Entry, Filters, Query
from index.feeding import SyncCounts, sync
from index.searching import find, matches
from tests.index.samples import found
from tests.index.shops import captured, shop
from tests.records import NOON, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path / "index")


def test_a_shop_is_found_with_what_is_known_of_it(engine: EmbeddedEngine) -> None:
    case = shop()
    assert sync(engine) == SyncCounts(put=1)
    (hit,) = engine.search(Query("мефедрона")).hits
    assert hit.entry.case_id == case.pk
    assert hit.entry.url == "http://lavka.test/"
    assert (hit.entry.state, hit.entry.kind, hit.entry.lang) == ("in_review", "host", "ru")
    assert hit.entry.date == NOON
    assert hit.entry.score == 0.97
    assert hit.entry.substances == ("mephedrone",)
    assert hit.entry.regions == ("KZ-71", "KZ-75")  # the page's and the whole shop's


def test_what_did_not_change_costs_nothing(engine: EmbeddedEngine) -> None:
    shop()
    shop("http://other.test/")
    sync(engine)

    class Untouchable(EmbeddedEngine):
        def put(self, entries: Iterable[Entry]) -> int:
            raise AssertionError("nothing is to be written")

    assert sync(Untouchable(engine._folder)) == SyncCounts(unchanged=2)


def test_a_move_reaches_the_index(engine: EmbeddedEngine) -> None:
    case = shop()
    sync(engine)
    move(case.pk, CaseState.DISMISSED, actor="test", reason="a fan shop")
    assert sync(engine) == SyncCounts(put=1)
    assert found(engine, "мефедрон", Filters(states=("in_review",))) == set()
    assert len(found(engine, "мефедрон", Filters(states=("dismissed",)))) == 1


def test_a_newer_capture_replaces_the_older_and_only_it(engine: EmbeddedEngine) -> None:
    shop()
    captured(page("http://lavka.test/menu", "гашиш"))
    sync(engine)
    captured(page("http://lavka.test/", "теперь амфетамин"), at=NOON + timedelta(days=1))
    assert sync(engine) == SyncCounts(put=1, unchanged=1)
    assert engine.count() == 2
    assert found(engine, "мефедрон") == set()
    assert len(found(engine, "амфетамин")) == len(found(engine, "гашиш")) == 1


def test_a_case_below_the_threshold_is_not_searched(engine: EmbeddedEngine) -> None:
    captured(page("http://garden.test/", "семена мефедрон"))
    assert sync(engine) == SyncCounts()
    assert engine.count() == 0


def test_a_restricted_case_is_never_indexed(engine: EmbeddedEngine) -> None:
    shop(restricted=True)
    assert sync(engine) == SyncCounts()
    assert engine.count() == 0


def test_a_case_that_becomes_restricted_leaves_the_index(engine: EmbeddedEngine) -> None:
    case = shop()
    shop("http://other.test/", "мефедрон тоже")
    sync(engine)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    page_now = find(engine, Query("мефедрон"))
    assert [hit.entry.url for hit in page_now.hits] == ["http://other.test/"]
    assert page_now.total == 1
    assert page_now.facets["state"] == {"in_review": 1}
    assert page_now.facets["role"] == {"shop": 1}
    assert {*matches(engine, Query("мефедрон")).values()} == {case.pk + 1}
    assert sync(engine) == SyncCounts(deleted=1, unchanged=1)
    assert engine.count() == 1
    assert sync(engine) == SyncCounts(unchanged=1)


def test_a_restricted_page_is_left_out_and_counted(engine: EmbeddedEngine) -> None:
    shop()
    captured(page("http://lavka.test/bad", "мефедрон"), restricted=True)
    assert sync(engine) == SyncCounts(put=1, skipped={"restricted": 1})
    assert engine.count() == 1


def test_a_page_that_nobody_assessed_waits(engine: EmbeddedEngine) -> None:
    shop()
    captured(page("http://lavka.test/new", "мефедрон"), assessed=False)
    assert sync(engine) == SyncCounts(put=1, skipped={"not assessed yet": 1})


def test_since_looks_only_at_what_moved_or_was_seen(engine: EmbeddedEngine) -> None:
    shop()
    later = NOON + timedelta(days=1)
    Case.objects.update(changed_at=NOON)
    assert sync(engine, since=later) == SyncCounts()
    captured(page("http://lavka.test/menu", "гашиш"), at=later)
    assert sync(engine, since=later) == SyncCounts(put=2)


def test_a_failure_forgets_nothing(engine: EmbeddedEngine, tmp_path: Path) -> None:
    shop()

    class Failing(EmbeddedEngine):
        def put(self, entries: Iterable[Entry]) -> int:
            assert [*entries]
            raise IndexingError("the disk is full")

    with pytest.raises(IndexingError):
        sync(Failing(engine._folder))
    assert sync(engine) == SyncCounts(put=1)


def test_every_index_is_remembered_apart(engine: EmbeddedEngine, tmp_path: Path) -> None:
    case = shop()
    other = EmbeddedEngine(tmp_path / "other")
    assert sync(engine) == sync(other) == SyncCounts(put=1)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert sync(other) == sync(engine) == SyncCounts(deleted=1)


def test_posts_of_a_channel_are_entries_of_their_own(engine: EmbeddedEngine) -> None:
    posts = tuple(
        Document(title="", text=f"мефедрон {n}", part=str(n), posted_at=NOON - timedelta(days=n))
        for n in (1, 2)
    )
    key = telegram_key("lavka_kz")
    record = replace(
        page("https://t.me/s/lavka_kz"), site=key, egress=Egress.PREVIEW, documents=posts
    )
    captured(record)
    case = Case.objects.get()
    for state in (CaseState.ASSESSED, CaseState.IN_REVIEW):
        move(case.pk, state, actor="test", reason="set up")
    assert sync(engine) == SyncCounts(put=2)
    hits = engine.search(Query("")).hits
    assert [hit.entry.url for hit in hits] == ["https://t.me/lavka_kz/1", "https://t.me/lavka_kz/2"]
    assert hits[0].entry.date == NOON - timedelta(days=1)
    assert len(found(engine, "@lavka_kz")) == 2
    edited = replace(posts[0], text="гашиш")
    later = replace(record, url="https://t.me/s/lavka_kz?before=9", documents=(edited,))
    captured(later, at=NOON + timedelta(hours=1))
    assert sync(engine) == SyncCounts(put=1, unchanged=1)
    assert len(found(engine, "гашиш")) == 1


def test_the_number_of_database_queries_does_not_grow_with_the_cases(
    engine: EmbeddedEngine, django_assert_max_num_queries: object
) -> None:
    for n in range(20):
        shop(f"http://lavka{n}.test/")
    sync(engine)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert sync(engine) == SyncCounts(unchanged=20)
