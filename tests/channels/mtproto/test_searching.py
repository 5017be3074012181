"""Searches for channels by their names, as an account of the double."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.counts import CountKey
from cases.evidence import EvidenceWriter, Pointer, read_body
from cases.models import CandidateRow, Capture, RunCount, RunSource
from channels import searching
from channels.accounts.ledger import RequestClass, Spent
from channels.models import ChannelSearch
from channels.mtproto.searching import Search
from channels.posts import NamedChannel
from channels.wanted import release
from domain.candidates import Why
from domain.captures import Outcome
from domain.targets import TargetKind
from nightly import reporting
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.visits import Visits
from tests.world.mtproto.directory import Chat, Person
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = Person(777001, "lavka_olga", "Ольга Лавкина")


@pytest.fixture
def double(double: TelegramDouble) -> TelegramDouble:
    """A channel, a group and a person are called so, and a channel is that nobody may see."""
    for chat in (
        Chat(2001, "lavka_one", "Лавка"),
        Chat(2002, "sosedi_chat", "Соседи у лавки", group=True),
        Chat(2003, "lavka_closed", "Лавка", private=True),
        Chat(2004, "news_one", "Новости"),
    ):
        double.directory.add_chat(chat)
    double.directory.add_person(PERSON)
    double.directory.post(double.directory.chats[2001], "пост")
    return double


@pytest.fixture
def evidence(tmp_path: Path, visits: Visits) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", visits.run.pk, "searches", "posts")
    yield writer
    writer.close()


def test_channels_and_groups_are_found_and_people_are_not_kept(
    double: TelegramDouble,
    readers: Readers,
    visits: Visits,
    evidence: EvidenceWriter,
    tmp_path: Path,
) -> None:
    reading = readers.of()
    searching.prepare(visits.run, ["лавк", "лавк"])
    row = searching.claim_search(visits.run, "one")
    assert row is not None
    answer = Search(reading.asker).channels_called(row.query)
    named = {NamedChannel(2001, "lavka_one"), NamedChannel(2002, "sosedi_chat")}
    assert {*answer.channels} == named
    searching.keep(row, answer, evidence)
    capture = Capture.objects.get()
    assert capture.redacted == "users=1"
    pointer = Pointer(capture.warc_file, capture.warc_offset, capture.warc_length)
    body = read_body(tmp_path / "evidence", pointer).decode()
    assert not {"Ольга", PERSON.username, str(PERSON.id)} & {*json.dumps(body).split('"')}
    assert PERSON.username not in body
    assert "Лавкина" not in body
    rows = CandidateRow.objects.order_by("target__value")
    assert [(one.target.value, one.target.name, one.why) for one in rows] == [
        ("2001", "lavka_one", Why.SEARCH),
        ("2002", "sosedi_chat", Why.SEARCH),
    ]
    source = RunSource.objects.get()
    assert (source.why, source.done, source.target.kind) == (Why.SEARCH, True, TargetKind.URL)
    assert source.target.name == "search «лавк»"
    found = reporting.source_lines(visits.run)[0]
    assert (found.name, found.names_found) == ("search «лавк»", 2)
    assert not searching.open_searches(visits.run).exists()
    assert reading.ledger.used(RequestClass.SEARCH) == double.count("Search") == 1


def test_what_was_found_is_read_without_resolving_it(
    double: TelegramDouble, readers: Readers
) -> None:
    reading = readers.of()
    Search(reading.asker).channels_called("лавка")
    reading.numbers["lavka_one"] = 2001
    assert [post.text for post in reading.posts("lavka_one")] == ["пост"]
    assert double.count("ResolveUsername") == 0


def test_each_search_is_made_once_a_run_and_by_one_account(
    visits: Visits, readers: Readers, double: TelegramDouble, evidence: EvidenceWriter
) -> None:
    run = visits.run
    assert searching.to_prepare(run, ["a b", "c d"])
    assert not searching.to_prepare(run, [])
    searching.prepare(run, ["a b", "c d"])
    assert not searching.to_prepare(run, ["a b"])
    first, second = searching.claim_search(run, "one"), searching.claim_search(run, "two")
    assert first is not None
    assert second is not None
    assert {first.query, second.query} == {"a b", "c d"}
    assert searching.claim_search(run, "three") is None
    release(run, "one")
    again = searching.claim_search(run, "three")
    assert again == first
    answer = Search(readers.of().asker).channels_called("a b")
    searching.keep(first, answer, evidence)
    searching.prepare(run, ["a b"])
    release(run)
    assert [row.query for row in searching.open_searches(run)] == ["c d"]
    assert ChannelSearch.objects.count() == 2


def test_a_refused_search_is_a_source_that_failed(
    visits: Visits, readers: Readers, double: TelegramDouble, evidence: EvidenceWriter
) -> None:
    double.faults.order("Search", RpcFault(400, "QUERY_TOO_SHORT"))
    searching.prepare(visits.run, ["abc"])
    row = searching.claim_search(visits.run, "one")
    assert row is not None
    searching.keep(row, Search(readers.of().asker).channels_called("abc"), evidence)
    capture = Capture.objects.get()
    assert (capture.outcome, capture.detail) == (Outcome.FAILED, "QUERY_TOO_SHORT")
    assert RunSource.objects.get().done
    assert CandidateRow.objects.count() == 0


def test_a_flood_wait_holds_searches_alone(double: TelegramDouble, readers: Readers) -> None:
    reading = readers.of()
    double.faults.order("Search", RpcFault(420, "FLOOD_WAIT_72000"))
    with pytest.raises(Spent) as raised:
        Search(reading.asker).channels_called("лавка")
    assert (raised.value.kind, raised.value.flood) == (RequestClass.SEARCH, True)
    with pytest.raises(Spent):
        Search(reading.asker).channels_called("лавка")
    assert double.count("Search") == 1
    assert reading.posts("lavka_one")


def test_a_search_that_failed_is_given_up_and_counted(visits: Visits) -> None:
    searching.prepare(visits.run, ["abc"])
    row = searching.claim_search(visits.run, "one")
    assert row is not None
    searching.give_up(row, CountKey("", "failed", "search 'abc': error"))
    release(visits.run)
    assert not searching.open_searches(visits.run).exists()
    assert RunCount.objects.get(run=visits.run, name="failed").n == 1
