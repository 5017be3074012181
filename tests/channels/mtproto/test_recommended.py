"""Similar channels, asked for as an account of the double."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cases.evidence import EvidenceWriter, Pointer, read_body
from cases.models import CandidateRow, Capture, Target
from channels.accounts.ledger import Budget, RequestClass, Spent
from channels.mtproto.addresses import similar_url
from channels.mtproto.finding import Finder
from channels.mtproto.recommended import Recommendations
from channels.posts import NamedChannel
from channels.snowball import similar
from channels.snowball.similar import Similar
from domain.captures import Egress, Outcome
from tests.channels.mtproto.accounts import PLENTY, Readers, Reading
from tests.channels.mtproto.visits import Visits
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import Break, RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db(transaction=True)
METHOD = "GetChannelRecommendations"


@pytest.fixture
def likes(double: TelegramDouble, shop: Chat) -> Chat:
    """``some_shop`` is similar to three others, of which an ordinary account is shown two."""
    for number, name in ((2001, "like_one"), (2002, "like_two"), (2003, "like_three")):
        double.directory.add_chat(Chat(number, name, name))
    shop.similar = ("like_one", "like_two", "like_three")
    return shop


@pytest.fixture
def evidence(tmp_path: Path, visits: Visits) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", visits.run.pk, "questions", "posts")
    yield writer
    writer.close()


def asking(reading: Reading) -> Recommendations:
    return Recommendations(reading.asker, Finder(reading.asker, reading.numbers.get))


def test_the_answer_is_kept_and_leads_on(
    likes: Chat, readers: Readers, visits: Visits, evidence: EvidenceWriter, tmp_path: Path
) -> None:
    reading = readers.of()
    visits.visit(reading)
    parent = Target.objects.get(value="1001")
    asked = asking(reading).similar_of("1001")
    expected = (NamedChannel(2001, "like_one"), NamedChannel(2002, "like_two"))
    assert asked.similar == Similar(expected, 3)
    assert similar.keep(visits.run, parent, asked, evidence) == 2
    capture = Capture.objects.get(url=similar_url("1001"))
    assert (capture.egress, capture.outcome, capture.requests) == (Egress.TELEGRAM, Outcome.OK, 1)
    pointer = Pointer(capture.warc_file, capture.warc_offset, capture.warc_length)
    kept = json.loads(read_body(tmp_path / "evidence", pointer))
    assert [chat["username"] for chat in kept["chats"]] == ["like_one", "like_two"]
    assert {
        row.target.name for row in CandidateRow.objects.filter(parent=parent, why="similar")
    } == {
        "like_one",
        "like_two",
    }
    assert reading.ledger.used(RequestClass.SIMILAR) == 1
    visits.check(reading)


def test_channels_of_an_answer_are_read_without_resolving_them(
    likes: Chat, readers: Readers, visits: Visits, double: TelegramDouble
) -> None:
    double.directory.post(double.directory.chats[2001], "пост")
    reading = readers.of()
    asking(reading).similar_of("some_shop")
    reading.numbers["like_one"] = 2001
    assert [post.text for post in reading.posts("like_one")] == ["пост"]
    assert double.count("ResolveUsername") == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "again"),
    [
        (RpcFault(400, "CHANNEL_PRIVATE"), Outcome.PRIVATE, False),
        (RpcFault(500, "INTERNAL"), Outcome.HTTP_ERROR, True),
        (Break.UNKNOWN, Outcome.LAYOUT_CHANGED, True),
    ],
)
def test_refusals_are_kept_and_failures_asked_anew(
    fault: RpcFault | Break,
    outcome: Outcome,
    again: bool,
    likes: Chat,
    readers: Readers,
    double: TelegramDouble,
) -> None:
    reading = readers.of()
    double.faults.order(METHOD, fault, fault)
    asked = asking(reading).similar_of("some_shop")
    assert (asked.fetches[-1].outcome, asked.similar, asked.again) == (outcome, None, again)


def test_a_flood_wait_and_a_spent_budget_hold_questions_alone(
    likes: Chat, readers: Readers, double: TelegramDouble
) -> None:
    flooded = readers.of("one")
    double.faults.order(METHOD, RpcFault(420, "FLOOD_WAIT_72000"))
    with pytest.raises(Spent) as raised:
        asking(flooded).similar_of("some_shop")
    assert (raised.value.kind, raised.value.flood) == (RequestClass.SIMILAR, True)
    assert flooded.posts("some_shop")
    none = {**PLENTY, RequestClass.SIMILAR: Budget(0, timedelta(hours=1))}
    spent = readers.of("two", budgets=none)
    with pytest.raises(Spent):
        asking(spent).similar_of("some_shop")
    assert double.count(METHOD) == 1


def test_a_name_that_is_gone_ends_the_question(readers: Readers, likes: Chat) -> None:
    asked = asking(readers.of()).similar_of("nobody_here")
    assert asked.fetches[-1].outcome is Outcome.NO_SUCH_NAME
    assert (asked.similar, asked.again) == (None, False)


def test_similar_channels_of_whoever_has_the_name_now_are_not_asked_for(
    likes: Chat, readers: Readers, double: TelegramDouble
) -> None:
    reading = readers.of()
    reading.numbers["some_shop"] = 101  # as the record has it
    asked = asking(reading).similar_of("some_shop")
    assert (asked.similar, asked.again) == (None, False)
    assert [(one.outcome, one.exchange) for one in asked.fetches] == [(Outcome.FAILED, None)]
    assert "no longer 101" in asked.fetches[0].detail
    assert sum(one.attempts for one in asked.fetches) == double.count("ResolveUsername") == 1
    assert double.count(METHOD) == 0
