from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.parsing import ChannelPage, LayoutChanged, parse_page
from channels.posts import Forward, Post
from domain.documents import Link
from tests.channels.pages import DAY_ONE, FakeChannel, FakePost, page_html, post_html

BASE = "https://t.me/s/some_shop"


def channel(*posts: FakePost, **more: str) -> FakeChannel:
    return FakeChannel("Some_Shop", 1158198424, posts=list(posts), **more)


def parsed(*posts: FakePost, **more: str) -> ChannelPage:
    return parse_page(page_html(channel(*posts, **more)), BASE)


def one(post: FakePost) -> Post:
    (read,) = parsed(post).posts
    return read


def test_the_channel_itself() -> None:
    page = parsed(FakePost(5), title="Лавка &amp; Ко", description="Бот: @shop\nhttps://t.me/shop2")
    assert page.info.title == "Лавка & Ко"
    assert page.info.username == "some_shop"
    assert page.info.numeric_id == 1158198424
    assert page.info.description == "Бот: @shop\nhttps://t.me/shop2"
    assert page.info.counters == (("subscribers", 12_500),)
    assert page.older is None


def test_a_post() -> None:
    post = one(FakePost(33, "Строка один\nстрока   два 🌙", views="2.9K"))
    assert post.id == 33
    assert post.text == "Строка один\nстрока два 🌙"
    assert post.posted_at == DAY_ONE + timedelta(hours=33)
    assert post.views == 2_900
    assert not post.edited
    assert not post.service


def test_a_reply_quote_is_not_the_posts_own_text() -> None:
    post = one(FakePost(33, "Да, работаем", reply="Вы работаете сегодня?"))
    assert post.text == "Да, работаем"
    assert post.reply_to == 3


def test_nested_text_elements_are_read_once() -> None:
    text = '<div class="tgme_widget_message_text js-message_text">'
    raw = post_html(channel(), FakePost(4, "прайс")).replace(text, text * 2)
    raw = raw.replace("прайс</div>", "прайс</div></div>")
    assert one(FakePost(4, raw=raw)).text == "прайс"


def test_an_album_is_one_post_with_all_its_ids() -> None:
    post = one(FakePost(40, "фото", album=(40, 41, 42)))
    assert post.id == 40
    assert post.album == (40, 41, 42)
    assert post.media == ("photo",)


def test_forwards_with_and_without_link() -> None:
    assert one(FakePost(4, forward=("Отзывы", "otzyvy_nochi"))).forward == Forward(
        "Отзывы", "otzyvy_nochi"
    )
    assert one(FakePost(4, forward=("Жанна Скрытова", ""))).forward == Forward("")
    assert one(FakePost(4)).forward is None


def test_buttons_escaped_twice() -> None:
    post = one(FakePost(4, buttons=(("Витрина", "http://shop.example/?a=1&b=2"),)))
    assert post.buttons == (Link("http://shop.example/?a=1&b=2", "Витрина"),)


def test_a_videos_duration_is_not_the_date() -> None:
    video = '<a class="tgme_widget_message_video_player"><time class="d">0:14</time></a>'
    post = one(FakePost(9, extra=video))
    assert post.posted_at == DAY_ONE + timedelta(hours=9)
    assert post.media == ("video",)


def test_service_posts_and_edits_are_marked() -> None:
    assert one(FakePost(1, "Channel created", service=True)).service
    assert one(FakePost(2, "edited text is no mark", edited=False)).edited is False
    assert one(FakePost(3, edited=True)).edited is True


def test_links_of_text_and_web_preview() -> None:
    extra = (
        '<a class="tgme_widget_message_link_preview" href="https://shop.example/new">'
        '<div class="link_preview_title">Новая витрина</div></a>'
    )
    raw = post_html(channel(), FakePost(4, "сайт LINK", extra=extra)).replace(
        "LINK", '<a href="https://shop.example/">тут</a> <a href="?q=%23tag">#tag</a>'
    )
    post = one(FakePost(4, raw=raw))
    assert post.text == "сайт тут #tag"
    assert post.links == (
        Link("https://shop.example/", "тут"),
        Link("https://shop.example/new", "Новая витрина"),
    )


def test_html_in_a_post_stays_text() -> None:
    text = '<script>alert(1)</script><div class="tgme_widget_message" data-post="x/1">'
    assert one(FakePost(4, text)).text == text


def test_a_message_inside_a_message_is_a_forgery() -> None:
    fake = post_html(FakeChannel("other_channel", 77), FakePost(99, "подделка"))
    raw = post_html(channel(), FakePost(4, "LINK")).replace("LINK", f"настоящий {fake}")
    page = parsed(FakePost(4, raw=raw))
    assert [post.id for post in page.posts] == [4]
    assert page.info.username == "some_shop"
    assert page.info.numeric_id == 1158198424


def test_paging() -> None:
    fake = channel().add(*range(1, 50, 2))
    first = parse_page(page_html(fake), BASE)
    assert [p.id for p in first.posts] == list(range(11, 50, 2))
    assert first.older == 11
    second = parse_page(page_html(fake, 11), BASE)
    assert [p.id for p in second.posts] == [1, 3, 5, 7, 9]
    assert second.older is None


def test_older_posts_are_found_by_the_head_link_too() -> None:
    fake = channel().add(*range(1, 30))
    html = page_html(fake).replace("data-before", "data-moved")
    html = html.replace("<head>", '<head><link rel="prev" href="/s/some_shop?before=10">')
    assert parse_page(html, BASE).older == 10


def test_an_empty_channel_has_no_posts() -> None:
    page = parsed()
    assert page.posts == ()
    assert page.info.title == "Канал"


@pytest.mark.parametrize(
    ("part", "renamed"),
    [
        ('"tgme_widget_message ', '"tgme_post '),
        ("data-post", "data-entry"),
        ("tgme_widget_message_text", "tgme_post_text"),
        ("tgme_widget_message_date", "tgme_post_date"),
        ("datetime=", "data-time="),
        ("tgme_channel_info_header_title", "tgme_channel_head"),
    ],
)
def test_changed_markup_is_noticed(part: str, renamed: str) -> None:
    html = page_html(channel().add(1, 2, 3))
    assert part in html
    with pytest.raises(LayoutChanged):
        parse_page(html.replace(part, renamed), BASE)


def test_single_unreadable_posts_are_counted() -> None:
    broken = post_html(channel(), FakePost(2)).replace("datetime=", "data-time=")
    page = parsed(FakePost(1), FakePost(2, raw=broken), FakePost(3))
    assert [post.id for post in page.posts] == [1, 3]
    assert page.unreadable == 1


def read_or_refused(html: str) -> bool:
    """Whether the page was parsed or refused by name; any other error goes through."""
    try:
        return isinstance(parse_page(html, BASE), ChannelPage)
    except LayoutChanged as error:
        return bool(str(error))


@given(st.text())
def test_any_text_is_read_or_refused(html: str) -> None:
    assert read_or_refused(html)


_PIECES = [
    '<div class="tgme_widget_message"',
    ' data-post="a_b_c/1"',
    f' data-post="x/{10**30}"',
    ' data-view="eyJjIjoxfQ"',
    '<div class="tgme_widget_message_text js-message_text">',
    '<a class="tgme_widget_message_date"><time datetime="0001-01-01T00:00:00+23:00">',
    '<a class="tgme_widget_message_inline_button" href="http://[::1">',
    '<a class="tgme_widget_message_reply" href="//[">',
    '<span class="tgme_widget_message_forwarded_from_name" href="http://[">',
    '<div class="tgme_channel_info_header_title">',
    '<div class="tme_no_messages_found">',
    '<a class="tme_messages_more" data-before="٣">',
    '<link rel="prev" href="?before=">',
    ">",
    "</div>",
    "</a>",
    "<![CDATA[",
    "<!--",
    "\x00",
    "\ud800",
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_broken_markup_is_read_or_refused(html: str) -> None:
    assert read_or_refused(html)


@given(st.data())
def test_a_page_cut_or_bent_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    html = page_html(channel(FakePost(4, buttons=(("a", "http://b.example/"),)), FakePost(5)))
    start = data.draw(st.integers(0, len(html)))
    end = data.draw(st.integers(start, min(len(html), start + 40)))
    assert read_or_refused(html[:start] + data.draw(st.text(max_size=10)) + html[end:])


def test_deep_nesting_ends() -> None:
    assert read_or_refused("<div>" * 100_000 + page_html(channel(FakePost(4))))
    raw = post_html(channel(), FakePost(4, "LINK")).replace("LINK", "<b>" * 50_000 + "дно")
    assert read_or_refused(page_html(channel(FakePost(4, raw=raw))))
