"""The preview pages have the markup that readers of the real ones look for."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag

from tests.world.content import Channel
from tests.world.messages import messages_of, rounded
from tests.world.telegram import CLOSED_GROUP, EMPTY_CHANNEL
from tests.world.visiting import Visitor
from tests.world.world import PREVIEW_BASE, World

BASE = "http://telegram.test"


def soup(visitor: Visitor, url: str) -> BeautifulSoup:
    page = visitor.get(url)
    assert page.status_code == 200
    return BeautifulSoup(page.text, "lxml")


def all_messages(world: World, visitor: Visitor, name: str) -> list[Tag]:
    """A channel's messages, oldest first, read page by page."""
    found: list[Tag] = []
    url = PREVIEW_BASE + name
    for _ in range(10):
        page = soup(visitor, url)
        found = [*page.select(".tgme_widget_message[data-post]"), *found]
        more = page.select_one("a.tme_messages_more[data-before]")
        if more is None:
            return found
        assert page.select_one(f'link[rel="prev"][href="{more["href"]}"]')
        url = f"{BASE}{more['href']}"
    pytest.fail("paging does not end")


def shown(world: World) -> dict[str, Channel]:
    return {name: one for name, one in world.content.channels.items() if one.shows_itself}


def number(message: Tag) -> int:
    return int(str(message["data-post"]).partition("/")[2])


def test_paging_gives_every_message_once(world: World, visitor: Visitor) -> None:
    longest = max(shown(world).values(), key=lambda channel: len(channel.posts))
    assert len(longest.posts) > 40
    first = soup(visitor, PREVIEW_BASE + longest.name)
    assert len(first.select(".tgme_widget_message")) == 20
    ids = [number(message) for message in all_messages(world, visitor, longest.name)]
    assert ids == [message.id for message in messages_of(longest)]


def test_every_channel_shows_its_posts(world: World, visitor: Visitor) -> None:
    for name, channel in shown(world).items():
        posts = [
            message
            for message in all_messages(world, visitor, name)
            if "service_message" not in message["class"]
        ]
        assert [number(message) for message in posts] == [post.id for post in channel.posts]
        for message, post in zip(posts, channel.posts, strict=True):
            text = message.select_one(".tgme_widget_message_text.js-message_text")
            assert text is not None
            first_word = post.text.split()[0]
            assert "{" in first_word or first_word in text.get_text()


def test_data_view_holds_the_numeric_id(world: World, visitor: Visitor) -> None:
    channel = world.content.channels["aurora_almaty_shop"]
    message = all_messages(world, visitor, channel.name)[0]
    packed = str(message["data-view"])
    assert "=" not in packed
    view = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert abs(view["c"]) == channel.numeric_id
    assert view["p"] == number(message)


def test_dates_count_back_from_the_start(world: World, visitor: Visitor) -> None:
    channel = world.content.channels["aurora_almaty_shop"]
    last = all_messages(world, visitor, channel.name)[-1]
    stamp = last.select_one(".tgme_widget_message_date time[datetime]")
    assert stamp is not None
    written = datetime.fromisoformat(str(stamp["datetime"]))
    age = datetime.now(UTC) - written
    assert abs(age - timedelta(hours=channel.posts[-1].hours_ago)) < timedelta(hours=1)


def test_all_kinds_of_messages_occur(world: World, visitor: Visitor) -> None:
    """Every selector that a reader of real previews uses finds something somewhere."""
    selectors = {
        "album": ".tgme_widget_message_grouped_wrap a[href*='?single']",
        "nested text": ".js-message_text .js-message_text",
        "video": "time.message_video_duration",
        "reply": ".tgme_widget_message_reply .js-message_reply_text",
        "forward with link": "a.tgme_widget_message_forwarded_from_name[href]",
        "button": "a.tgme_widget_message_inline_button[onclick]",
        "service": ".tgme_widget_message.service_message",
        "views": ".tgme_widget_message_views",
    }
    found: Counter[str] = Counter()
    for name in shown(world):
        for message in all_messages(world, visitor, name):
            whole = BeautifulSoup(str(message), "lxml")
            found.update(kind for kind, rule in selectors.items() if whole.select_one(rule))
    assert set(found) == set(selectors)


def test_an_album_takes_ids_that_no_post_has(world: World, visitor: Visitor) -> None:
    for channel in world.content.channels.values():
        taken = {message.id for message in messages_of(channel)}
        for message in messages_of(channel):
            if message.album > 1:
                assert not {message.id + 1, message.id + 2} & taken


def test_button_links_are_escaped_twice(world: World, visitor: Visitor) -> None:
    text = visitor.get(PREVIEW_BASE + "aurora_almaty_shop").text
    assert "http://aurora-kz.test/?from=tg&amp;amp;ref=aurora_almaty_shop" in text


def test_counters_are_rounded_and_the_landing_is_exact(world: World, visitor: Visitor) -> None:
    channel = world.content.channels["aurora_almaty_shop"]
    page = soup(visitor, PREVIEW_BASE + channel.name)
    title = page.select_one(".tgme_channel_info_header_title")
    value = page.select_one(".tgme_channel_info_counter .counter_value")
    assert title is not None
    assert value is not None
    assert title.get_text() == channel.title
    assert value.get_text() == "3.4K"
    extra = soup(visitor, f"{BASE}/{channel.name}").select_one(".tgme_page_extra")
    assert extra is not None
    assert extra.get_text() == "3 412 subscribers"


@pytest.mark.parametrize(
    ("count", "written"), [(950, "950"), (1000, "1K"), (12_549, "12.5K"), (1_240_000, "1.2M")]
)
def test_rounding(count: int, written: str) -> None:
    assert rounded(count) == written


@pytest.mark.parametrize(("name", "verb"), [(CLOSED_GROUP, "View"), ("nobody_has_this", "Contact")])
def test_names_without_preview_redirect_to_their_landing(
    visitor: Visitor, name: str, verb: str
) -> None:
    answer = visitor.get(PREVIEW_BASE + name)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{BASE}/{name}")
    title = soup(visitor, answer.headers["location"]).title
    assert title is not None
    assert f"{verb} @{name}" in title.get_text()


def test_names_are_found_in_any_case(visitor: Visitor) -> None:
    assert visitor.get(PREVIEW_BASE + "Aurora_Almaty_SHOP").status_code == 200


def test_an_empty_channel_says_so(visitor: Visitor) -> None:
    page = soup(visitor, PREVIEW_BASE + EMPTY_CHANNEL)
    assert page.select_one(".tme_no_messages_found")
    assert not page.select(".tgme_widget_message")


def test_before_the_first_post_there_is_nothing(visitor: Visitor) -> None:
    page = soup(visitor, PREVIEW_BASE + "aurora_almaty_shop?before=1")
    assert page.select_one(".tme_no_messages_found")


def test_search_in_a_channel_has_no_further_pages(visitor: Visitor) -> None:
    page = soup(visitor, PREVIEW_BASE + "aurora_almaty_shop?q=гаш")
    messages = page.select(".tgme_widget_message")
    assert 0 < len(messages) <= 20
    assert all("гаш" in message.get_text().casefold() for message in messages)
    assert not page.select("a.tme_messages_more")


def test_no_placeholder_is_left_in_any_page(world: World, visitor: Visitor) -> None:
    for name in shown(world):
        for message in all_messages(world, visitor, name):
            assert "{channel:" not in str(message)
            assert "{site:" not in str(message)
