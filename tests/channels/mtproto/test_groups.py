"""Public groups through accounts: what is read, and that of people nothing is kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.evidence import Pointer, read_body
from cases.models import CandidateRow, Capture, DocumentRow, Target
from channels import advertisers
from channels.advertising import GroupRules
from channels.group_answers import Author
from channels.models import Advertiser
from channels.process import EXIT_DONE
from classifiers.cascade import Glance
from domain.captures import Outcome
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.marked import (
    GROUP,
    KEPT,
    MARKS,
    OLGA,
    SELLER,
    put,
    user,
)
from tests.channels.mtproto.test_account_process import WAIT_S, Place
from tests.channels.mtproto.visits import Visits
from tests.channels.pages import landing_html
from tests.channels.previewserver import PreviewServer, running
from tests.empty_record import put_record
from tests.world.mtproto.directory import Chat, Person
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db


def glance(text: str) -> Glance:
    """The first stage, as far as these tests need one."""
    return Glance(0.9 if "☀️" in text else 0.1, 0.5)


RULES = GroupRules(glance, 0.67, advertisers.known)


@pytest.fixture
def server() -> Iterator[PreviewServer]:
    with running() as one:
        yield one


def everything(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """All that was written, WARC files unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path, gzip.decompress(data) if path.suffix == ".gz" else data


def spellings(mark: str) -> set[bytes]:
    """``mark`` as it may stand in a file: as it is, in small letters, escaped as JSON."""
    words = {mark, mark.lower()}
    return {one.encode() for one in words} | {json.dumps(one)[1:-1].encode() for one in words}


def test_nothing_of_people_is_written_anywhere(
    tmp_path: Path, server: PreviewServer, double: TelegramDouble
) -> None:
    """A night reads the group in processes of its own, with the model that ships."""
    chat = put(double.directory)
    sent = "\n".join(str(one.to_dict()) for one in chat.messages.values())
    told = sent + chat.about + "".join(str(one) for one in double.directory.people.values())
    told += str([(one.username, one.title) for one in double.directory.chats.values()])
    assert [mark for mark in (*MARKS, *KEPT) if mark not in told] == []
    server.landings["marked_chat"] = landing_html("marked_chat", extra="938 members, 40 online")
    place = Place(tmp_path, server, double)
    put_record(tmp_path / "var")
    place.enlist("one")
    assert place.start(place.begin("marked_chat")).wait(WAIT_S) == EXIT_DONE
    assert len(place.parts(str(GROUP))) > 100
    place.check_numbers()
    marked = place.rows(
        "select redacted from cases_capture where egress = 'telegram' and outcome = 'ok'"
    )
    assert len(marked) >= 4
    assert all(redacted for (redacted,) in marked)
    written = [*everything(place.folder / "var")]
    assert {path.suffix for path, _ in written} >= {".gz", ".sqlite3", ".log"}
    found = [
        (path.name, mark)
        for path, data in written
        for mark in MARKS
        if any(one in data for one in spellings(mark))
    ]
    assert found == []
    for mark in KEPT:
        assert any(one in data for _, data in written for one in spellings(mark)), mark


def test_a_group_is_read_and_its_advertiser_known_by_his_number(
    double: TelegramDouble, readers: Readers, visits: Visits
) -> None:
    put(double.directory)
    assert visits.visit(readers.of(rules=RULES), "marked_chat") is Outcome.OK
    row = Advertiser.objects.get()
    assert (row.kind, row.number, row.username) == ("PeerUser", SELLER, "sunny_dos_orb")
    assert row.target.value == str(GROUP)
    theirs = [*row.posts.order_by("post").values_list("post", flat=True)]
    assert theirs == [40, 50, 51, 52, 53, 54, 90]
    texts = dict(DocumentRow.objects.values_list("part", "text"))
    assert texts["39"] == "продам кресло-качалку, 39 000, самовывоз"
    assert texts["about"].startswith("Админ █")
    led = {row.target.name for row in CandidateRow.objects.filter(parent=row.target)}
    assert led == {"@sunny_dos_orb", "@sunny_dos_orb2", "gorod_news_mark"}
    visits.check(*readers.made)


def test_redacted_answers_say_so_in_the_record_and_in_the_store(
    double: TelegramDouble, readers: Readers, visits: Visits, tmp_path: Path
) -> None:
    put(double.directory)
    visits.visit(readers.of(rules=RULES), "marked_chat")
    for row in Capture.objects.filter(outcome="ok"):
        pointer = Pointer(row.warc_file, row.warc_offset, row.warc_length)
        body = json.loads(read_body(tmp_path / "evidence", pointer))
        assert body["redacted"] is True
        told = " ".join(f"{k.replace(' ', '-')}={n}" for k, n in sorted(body["redactions"].items()))
        assert row.redacted == f"group {told}".rstrip()[:200]


def test_who_advertised_before_is_kept_tonight_whatever_he_writes(
    double: TelegramDouble, readers: Readers, visits: Visits
) -> None:
    chat = neighbours(double)
    double.directory.post(chat, "☀️ кр 1 — 13, мк 1 — 12, лс", from_id=user(SELLER))
    visits.visit(readers.of(rules=RULES), "neighbours_chat")
    double.directory.post(chat, "всё на местах, @sunny_dos_orb", from_id=user(SELLER))
    double.directory.delete(chat, 1, 2)
    later = Visits(visits.folder / "later", double)
    later.visit(readers.of("two", rules=RULES), "neighbours_chat")
    assert advertisers.known(chat.id) == {Author("PeerUser", SELLER)}
    posts = Advertiser.objects.get().posts.order_by("post")
    assert [*posts.values_list("post", flat=True)] == [2, 3]
    assert "@sunny_dos_orb" in DocumentRow.objects.get(part="3").text


def test_what_a_seller_wrote_before_he_was_told_stays_redacted(
    double: TelegramDouble, readers: Readers, visits: Visits
) -> None:
    chat = neighbours(double)
    double.directory.post(chat, "☀️ кр 1 — 13, мк 1 — 12, лс", from_id=user(SELLER))
    for n in range(120):
        double.directory.post(chat, f"продам шкаф {n}", from_id=user(OLGA))
    double.directory.post(chat, "пишите @sunny_dos_orb", from_id=user(SELLER))
    visits.visit(readers.of(rules=RULES), "neighbours_chat")
    newest = DocumentRow.objects.get(part="123")
    assert newest.text == "пишите ██████████████"
    posts = Advertiser.objects.get().posts
    assert [*posts.values_list("post", flat=True)] == [2]
    later = Visits(visits.folder / "later", double)
    later.visit(readers.of("two", rules=RULES), "neighbours_chat")
    assert sorted(posts.values_list("post", flat=True)) == [2, 123]
    assert DocumentRow.objects.filter(part="123").latest("pk").text == "пишите @sunny_dos_orb"


def neighbours(double: TelegramDouble) -> Chat:
    """A public group with one message of a neighbour."""
    directory = double.directory
    directory.add_person(Person(SELLER, "sunny_dos_orb", "Dos"))
    directory.add_person(Person(OLGA, "olgamark_orb", "Ольгамарк"))
    chat = directory.add_chat(Chat(GROUP, "neighbours_chat", "Соседи", group=True))
    directory.post(chat, "всем привет", from_id=user(OLGA))
    return chat


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"username": ""}, Outcome.GROUP),
        ({"has_link": True}, Outcome.GROUP),
        ({"megagroup": False}, Outcome.GROUP),
        ({"gigagroup": True}, Outcome.OK),
    ],
)
def test_which_groups_are_read(
    changed: dict[str, Any], outcome: Outcome, double: TelegramDouble, readers: Readers
) -> None:
    """Comments of channels, and what has lost its public name since it was found, are not."""
    chat = neighbours(double)
    reading = readers.of(rules=RULES)
    reading.numbers["neighbours_chat"] = chat.id
    reading.ledger.remember(chat.id, chat.access_hash("one"), "neighbours_chat")
    chat.flags = changed
    for more in ({}, {"before": 9}):  # asked for from the newest on, or where a visit was cut off
        batch = reading.all("neighbours_chat", **more)[-1]
        assert batch.outcome is outcome
        if outcome is Outcome.GROUP:
            assert batch.posts == ()
            assert all(fetch.exchange is None for fetch in batch.fetches)
        else:
            assert batch.fetches[-1].redacted


def test_a_visit_that_was_cut_off_goes_on_redacted(
    double: TelegramDouble, readers: Readers
) -> None:
    put(double.directory)
    reading = readers.of(rules=RULES)
    reading.all("marked_chat", at_most=1)
    reading.numbers["marked_chat"] = GROUP
    rest = reading.all("marked_chat", before=95)
    assert all(fetch.redacted for batch in rest for fetch in batch.fetches if fetch.exchange
               and fetch.outcome is Outcome.OK)  # fmt: skip
    bodies = [fetch.exchange.body.decode() for batch in rest for fetch in batch.fetches
              if fetch.exchange]  # fmt: skip
    assert [mark for mark in MARKS if any(mark in body for body in bodies)] == []


def test_a_group_that_becomes_private_while_it_is_read(
    double: TelegramDouble, readers: Readers, visits: Visits
) -> None:
    put(double.directory)
    double.faults.order("GetHistory", RpcFault(400, "CHANNEL_PRIVATE"), after=1)
    assert visits.visit(readers.of(rules=RULES), "marked_chat") is Outcome.PRIVATE
    assert Capture.objects.filter(outcome="private").count() == 1
    assert Target.objects.get(value=str(GROUP)).advertisers.count() == 1


def test_an_answer_that_does_not_tell_its_chat_is_not_kept(
    double: TelegramDouble, readers: Readers
) -> None:
    chat = neighbours(double)
    chat.untold = True
    reading = readers.of(rules=RULES)
    batch = reading.all("neighbours_chat")[-1]
    assert batch.outcome is Outcome.FAILED
    assert batch.fetches[-1].exchange is None
