from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from channels.preview import PreviewReader
from channels.wire import Pace, Wire
from domain.captures import Outcome
from net.addresses import TestNetwork
from net.client import NetConfig
from net.retries import Backoff
from tests.channels.pages import FakeChannel, FakePost, landing_html, page_html
from tests.channels.previewserver import HOST, PreviewServer

QUICK = Backoff(tries=3, base_s=0.001, longest_asked_s=0.01)


def net_config(address: str, **more: float) -> NetConfig:
    return NetConfig(
        user_agent="test",
        test_networks=(TestNetwork.of("loopback", "127.0.0.0/8", ["*.test"]),),
        resolver_overrides={HOST: address},
        **more,
    )


@pytest.fixture
def sent() -> Counter[str]:
    return Counter()


@pytest.fixture
def reader(server: PreviewServer, sent: Counter[str]) -> Iterator[PreviewReader]:
    def note(url: str) -> None:
        sent[url.removeprefix(f"http://{HOST}")] += 1

    wire = Wire(net_config(server.address, timeout_s=5), Pace(0.0, 1_000_000, QUICK), note)
    yield PreviewReader(wire, f"http://{HOST}/s/")
    wire.close()


def test_all_posts_of_a_channel_newest_page_first(
    server: PreviewServer, reader: PreviewReader, sent: Counter[str]
) -> None:
    server.put(FakeChannel("long_one", 1158198424).add(*range(1, 94, 2)))
    batches = list(reader.read("long_one"))
    ids = [[post.id for post in batch.posts] for batch in batches]
    assert [page[-1] for page in ids] == [93, 53, 13]
    assert sorted(n for page in ids for n in page) == list(range(1, 94, 2))
    assert {batch.outcome for batch in batches} == {Outcome.OK}
    assert (
        sent
        == server.served
        == {"/s/long_one": 1, "/s/long_one?before=55": 1, **{"/s/long_one?before=15": 1}}
    )


def test_reading_stops_at_what_is_known(server: PreviewServer, reader: PreviewReader) -> None:
    server.put(FakeChannel("long_one", 1158198424).add(*range(1, 94)))
    assert len(list(reader.read("long_one", 80))) == 1
    assert len(list(reader.read("long_one", 73))) == 2


def test_reading_goes_on_where_it_stopped(server: PreviewServer, reader: PreviewReader) -> None:
    server.put(FakeChannel("long_one", 1158198424).add(*range(1, 46)))
    batches = list(reader.read("long_one", before=26))
    assert [post.id for post in batches[0].posts] == list(range(6, 26))
    assert server.served["/s/long_one"] == 0


def test_names_without_preview(server: PreviewServer, reader: PreviewReader) -> None:
    server.landings["closed_group"] = landing_html(
        "closed_group", title="Чат", extra="211 members, 9 online"
    )
    (closed,) = reader.read("closed_group")
    assert [fetch.outcome for fetch in closed.fetches] == [Outcome.REDIRECT, Outcome.NO_PREVIEW]
    assert closed.fetches[1].detail == "group, 211 members"
    assert closed.fetches[0].exchange is not None
    assert closed.fetches[0].exchange.status == 302
    (nobody,) = reader.read("nobody_here")
    assert nobody.outcome is Outcome.NO_SUCH_NAME
    assert [fetch.attempts for fetch in nobody.fetches] == [1, 1]
    assert server.served == {
        "/s/closed_group": 1,
        "/closed_group": 1,
        "/s/nobody_here": 1,
        "/nobody_here": 1,
    }


@pytest.mark.parametrize(
    ("page", "by_account"),
    [
        (landing_html("a_name", title="Чат", extra="938 members, 40 online"), True),
        (landing_html("a_name", title="Чат", extra="1 member"), True),
        (landing_html("a_name", title="Канал", extra="3 412 subscribers"), True),
        (
            landing_html("a_name", title="Чат", extra="211 members, 9 online").replace(
                "View in Telegram", "Request to Join"
            ),
            False,
        ),
        (landing_html("a_name", verb="Contact", title="Айгуль", extra="@a_name"), False),
        (landing_html("a_name", verb="Contact"), False),
    ],
)
def test_public_groups_are_handed_over_and_private_ones_are_not(
    page: str, by_account: bool, server: PreviewServer, reader: PreviewReader
) -> None:
    server.landings["a_name"] = page
    (batch,) = reader.read("a_name")
    assert batch.by_account is by_account


def test_of_a_personal_page_nothing_is_kept(server: PreviewServer, reader: PreviewReader) -> None:
    server.landings["olga_p_22"] = landing_html(
        "olga_p_22", verb="Contact", title="Ольга П.", extra="@olga_p_22"
    )
    (batch,) = reader.read("olga_p_22")
    way, page = batch.fetches
    assert (page.outcome, page.detail) == (Outcome.NO_PREVIEW, "account of a person or bot")
    assert page.exchange is None
    assert way.exchange is not None
    assert way.exchange.body == b""


def test_empty(server: PreviewServer, reader: PreviewReader) -> None:
    server.put(FakeChannel("silent_one", 1158198424, description="Скоро"))
    (batch,) = reader.read("silent_one")
    assert batch.outcome is Outcome.EMPTY
    assert batch.channel is not None
    assert batch.channel.description == "Скоро"


@pytest.mark.parametrize(
    ("faults", "outcome", "requests"),
    [
        ([429, 429, 429], Outcome.THROTTLED, 3),
        ([503, 502, 500], Outcome.HTTP_ERROR, 3),
        ([404], Outcome.NOT_FOUND, 1),
        ([403], Outcome.FORBIDDEN, 1),
        (["<title>Welcome to nginx!</title>"], Outcome.LAYOUT_CHANGED, 1),
        ([503, 429], Outcome.OK, 3),
    ],
)
def test_failures_are_told_apart_and_every_try_is_counted(
    server: PreviewServer,
    reader: PreviewReader,
    faults: list[int | str],
    outcome: Outcome,
    requests: int,
) -> None:
    server.put(FakeChannel("some_shop", 1158198424).add(1, 2))
    server.faults["/s/some_shop"] = faults
    (batch,) = reader.read("some_shop")
    assert batch.outcome is outcome
    assert batch.fetches[0].attempts == server.served["/s/some_shop"] == requests


def test_a_throttled_page_in_the_middle_ends_the_reading(
    server: PreviewServer, reader: PreviewReader
) -> None:
    server.put(FakeChannel("long_one", 1158198424).add(*range(1, 94)))
    server.faults["/s/long_one?before=74"] = [429] * 3
    outcomes = [batch.outcome for batch in reader.read("long_one")]
    assert outcomes == [Outcome.OK, Outcome.THROTTLED]


def test_paging_that_turns_in_circles_is_a_changed_layout(
    server: PreviewServer, reader: PreviewReader
) -> None:
    channel = FakeChannel("long_one", 1158198424).add(*range(1, 46))
    server.put(channel)
    server.faults["/s/long_one?before=26"] = [page_html(channel)]
    outcomes = [batch.outcome for batch in reader.read("long_one")]
    assert outcomes == [Outcome.OK, Outcome.LAYOUT_CHANGED]


def test_redirects_away_from_the_host_and_in_circles_are_not_followed(
    server: PreviewServer, reader: PreviewReader
) -> None:
    server.redirects["/s/away_we_go"] = "http://elsewhere.test/"
    (away,) = reader.read("away_we_go")
    assert [(f.outcome, f.attempts) for f in away.fetches] == [(Outcome.REDIRECT, 1)]
    server.redirects |= {"/s/round_it": "/round_it", "/round_it": "/s/round_it"}
    (round_it,) = reader.read("round_it")
    assert [(f.outcome, f.attempts) for f in round_it.fetches] == [(Outcome.REDIRECT, 1)] * 2


def test_an_old_name_that_leads_to_the_new_one(
    server: PreviewServer, reader: PreviewReader
) -> None:
    server.put(FakeChannel("new_name", 1158198424).add(1))
    server.redirects["/s/old_name"] = f"http://{HOST}/s/new_name"
    (batch,) = reader.read("old_name")
    assert batch.outcome is Outcome.OK
    assert batch.channel is not None
    assert batch.channel.username == "new_name"


def test_nothing_is_sent_where_nothing_answers(sent: Counter[str]) -> None:
    wire = Wire(net_config("127.0.0.1:9", timeout_s=2), Pace(0.0, 1000, QUICK), sent.update)
    (batch,) = PreviewReader(wire, f"http://{HOST}/s/").read("some_shop")
    wire.close()
    assert batch.outcome is Outcome.CONNECTION
    assert batch.fetches[0].attempts == 0
    assert sent == {}


def test_private_addresses_are_refused(server: PreviewServer) -> None:
    config = NetConfig(user_agent="test", resolver_overrides={HOST: server.address})
    wire = Wire(config, Pace(0.0, 1000, QUICK), lambda url: None)
    (batch,) = PreviewReader(wire, f"http://{HOST}/s/").read("some_shop")
    wire.close()
    assert batch.outcome is Outcome.ADDRESS_REFUSED
    assert not server.served


def test_the_size_of_a_page_is_bounded(server: PreviewServer, reader: PreviewReader) -> None:
    server.put(FakeChannel("some_shop", 1158198424, posts=[FakePost(1, "а" * 600_000)]))
    (batch,) = reader.read("some_shop")
    assert batch.outcome is Outcome.TOO_LARGE
    assert batch.fetches[0].attempts == 1


def test_requests_keep_their_distance(server: PreviewServer) -> None:
    server.put(FakeChannel("long_one", 1158198424).add(*range(1, 46)))
    pace = Pace(0.2, 1_000_000, QUICK)
    wire = Wire(net_config(server.address), pace, lambda url: None)
    started = time.monotonic()
    assert len(list(PreviewReader(wire, f"http://{HOST}/s/").read("long_one"))) == 3
    wire.close()
    assert time.monotonic() - started >= 0.4
