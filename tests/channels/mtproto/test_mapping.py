"""What the API tells of a post is read as what its preview page tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from telethon import types
from telethon.extensions import BinaryReader

from channels.documents import documents_of
from channels.mtproto.mapping import People, info_of, posts_of
from channels.parsing import parse_page
from channels.posts import Batch, ChannelInfo, Forward, Post
from domain.documents import Document, Link
from tests.world.addresses import addresses_of
from tests.world.content import Channel, Content, load
from tests.world.exchange import Request
from tests.world.messages import rounded
from tests.world.mtproto.directory import Chat, Directory
from tests.world.mtproto.fromcontent import Chats
from tests.world.telegram import HOST, telegram_handler

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONTENT: Content = load()
CHAT = types.PeerChannel(77)


def through_the_wire(thing: Any) -> Any:
    """``thing`` as a client reads what a server wrote."""
    return BinaryReader(bytes(thing)).tgread_object()


def previewed(channel: Channel) -> tuple[ChannelInfo, list[Post]]:
    handler = telegram_handler(CONTENT, addresses_of(CONTENT), NOW)
    posts: dict[int, Post] = {}
    before: int | None = None
    while True:
        target = f"/s/{channel.name}" + (f"?before={before}" if before else "")
        body = handler(Request("GET", HOST, target, {})).body
        assert isinstance(body, bytes)
        html = body.decode()
        page = parse_page(html, f"https://t.me/s/{channel.name}")
        posts.update((post.id, post) for post in page.posts)
        if page.older is None:
            return page.info, [posts[number] for number in sorted(posts)]
        before = page.older


def by_account(channel: Channel) -> tuple[ChannelInfo, list[Post]]:
    directory = Directory(lambda: NOW)
    chats = Chats(directory, CONTENT, addresses_of(CONTENT))
    chats.add_all()
    chat = directory.chats[channel.numeric_id]
    answer = through_the_wire(
        types.messages.ChannelMessages(
            pts=1,
            count=len(chat.messages),
            messages=[*chat.messages.values()],
            topics=[],
            chats=[one.shown("one") for one in directory.chats.values()],
            users=[],
        )
    )
    shown = next(one for one in answer.chats if one.id == channel.numeric_id)
    full = types.ChannelFull(
        id=chat.id,
        about=chat.about,
        read_inbox_max_id=0,
        read_outbox_max_id=0,
        unread_count=0,
        chat_photo=types.PhotoEmpty(0),
        notify_settings=types.PeerNotifySettings(),
        bot_info=[],
        pts=1,
        participants_count=chat.members,
    )
    people = People(answer.chats, answer.users)
    return info_of(shown, full), list(posts_of(answer.messages, people))


def documents(info: ChannelInfo, posts: list[Post]) -> list[Document]:
    made, _ = documents_of(Batch((), info, tuple(posts)), about=True)
    return [replace(one, views=None) for one in made]


SHOWN = [name for name, channel in CONTENT.channels.items() if channel.shows_itself]


@pytest.mark.parametrize("name", SHOWN)
def test_the_same_post_gives_the_same_document_by_preview_and_by_account(name: str) -> None:
    channel = CONTENT.channels[name]
    seen, read = previewed(channel), by_account(channel)
    assert documents(*read) == documents(*seen)
    assert len(read[1]) == len(seen[1]) >= len(channel.posts)
    assert (read[0].numeric_id, read[0].username) == (seen[0].numeric_id, seen[0].username)
    for one, other in zip(read[1], seen[1], strict=True):
        assert (one.id, one.posted_at, one.service) == (other.id, other.posted_at, other.service)
        assert (one.reply_to, one.album, one.edited) == (other.reply_to, other.album, other.edited)
        assert _origin(one) == _origin(other)
        if not one.service:
            assert rounded(one.views or 0) == rounded(other.views or 0)


def _origin(post: Post) -> tuple[str, str] | None:
    return (post.forward.name, post.forward.username) if post.forward else None


def message(number: int = 1, text: str = "", **more: Any) -> Any:
    made = types.Message(id=number, peer_id=CHAT, date=NOW, message=text, post=True, **more)
    return through_the_wire(made)


def one(*messages: Any, chats: tuple[Any, ...] = (), users: tuple[Any, ...] = ()) -> Post:
    (post,) = posts_of(messages, People(chats, users))
    return post


def test_links_hide_in_entities_buttons_and_previews() -> None:
    page = types.WebPage(
        id=1,
        url="https://shop.example/p",
        display_url="shop.example/p",
        hash=0,
        site_name="Лавка",
        title="Цены",
    )
    row = types.KeyboardInlineButtonRow(
        [
            types.KeyboardInlineButton("Бот", types.InlineButtonTypeUrl("https://t.me/a_bot")),
            types.KeyboardInlineButton("Ещё", types.InlineButtonTypeCallback(b"x")),
        ]
    )
    post = one(
        message(
            text="🌙🌙 сюда @Some_Shop #тег a.example x@y.example",
            entities=[
                types.MessageEntityTextUrl(5, 4, "http://hidden.example"),
                types.MessageEntityMention(10, 10),
                types.MessageEntityHashtag(21, 4),
                types.MessageEntityUrl(26, 9),
                types.MessageEntityEmail(36, 11),
                types.MessageEntityTextUrl(0, 4, "javascript:alert(1)"),
            ],
            reply_markup=types.ReplyInlineMarkup([row]),
            media=types.MessageMediaWebPage(page),
            via_bot_id=9,
        ),
        users=(types.User(9, bot=True, username="Best_Bot", access_hash=1),),
    )
    assert post.links == (
        Link("http://hidden.example/", "сюда"),
        Link("https://t.me/Some_Shop", "@Some_Shop"),
        Link("http://a.example/", "a.example"),
        Link("https://shop.example/p", "Лавка Цены"),
        Link("https://t.me/Best_Bot", "@Best_Bot"),
    )
    assert post.buttons == (Link("https://t.me/a_bot", "Бот"),)
    assert post.media == ()


def test_albums_are_one_post_under_their_first_id() -> None:
    photo = types.MessageMediaPhoto()
    found = posts_of(
        [
            message(7, "после"),
            message(6, grouped_id=5, media=photo),
            message(5, "подпись", grouped_id=5, media=photo, views=9, forwards=1),
            types.MessageEmpty(4, CHAT),
            message(3, grouped_id=4, media=photo),
        ],
        People((), ()),
    )
    assert [(post.id, post.text, post.album) for post in found] == [
        (3, "", ()),
        (5, "подпись", (5, 6)),
        (7, "после", ()),
    ]
    assert found[1].media == ("photo",)
    assert found[1].views == 9


def test_forwards_name_their_origin_as_far_as_it_is_told() -> None:
    def from_(**header: Any) -> Forward | None:
        return one(
            message(text="x", fwd_from=types.MessageFwdHeader(date=NOW, **header)),
            chats=(Chat(5, "Some_Shop", "Лавка").shown("one"),),
            users=(
                types.User(8, first_name="Имя", last_name="Второе", username="n", access_hash=1),
                types.User(9, first_name="Бот", username="Some_Bot", bot=True, access_hash=1),
            ),
        ).forward

    assert from_(from_id=types.PeerChannel(5)) == Forward("Лавка", "some_shop", 5)
    assert from_(from_id=types.PeerChannel(6)) == Forward("", "", 6)
    assert from_(from_id=types.PeerUser(9)) == Forward("Бот", "some_bot")
    assert from_(from_id=types.PeerUser(8)) == Forward("")
    assert from_(from_name="Имя") == Forward("")
    assert one(message(text="x")).forward is None


def test_edits_replies_polls_and_files() -> None:
    text = types.TextWithEntities
    poll = types.Poll(1, text("Что  взять?", []), [types.PollAnswer(text("Сыр", []), b"0")], hash=0)
    asked = one(message(media=types.MessageMediaPoll(poll, types.PollResults()), edit_date=NOW))
    assert (asked.text, asked.media, asked.edited) == ("Что взять?\nСыр", ("poll",), True)
    quiet = one(message(text="x", edit_date=NOW, edit_hide=True))
    assert not quiet.edited
    name = types.DocumentAttributeFilename("прайс.pdf")
    document = types.Document(1, 1, b"", NOW, "application/pdf", 1, 2, [name])
    file = one(message(text="вот", media=types.MessageMediaDocument(document=document)))
    assert (file.text, file.media) == ("вот\nпрайс.pdf", ("document",))
    elsewhere = types.MessageReplyHeader(reply_to_msg_id=3, reply_to_peer_id=types.PeerChannel(5))
    assert one(message(text="x", reply_to=elsewhere)).reply_to is None


def test_service_messages_are_telegrams_words() -> None:
    actions = types.MessageActionChannelCreate("t"), types.MessageActionSetMessagesTTL(5)
    made = [through_the_wire(types.MessageService(1, CHAT, NOW, action=act)) for act in actions]
    posts = [one(service) for service in made]
    assert [post.text for post in posts] == ["Channel created", "set messages ttl"]
    assert all(post.service for post in posts)


def test_rich_messages_are_read_too() -> None:
    plain = types.TextPlain
    rich = types.RichMessage(
        [
            types.PageBlockParagraph(
                types.TextConcat([plain("Магазин "), types.TextUrl(plain("тут"), "a.example", 0)])
            ),
            types.PageBlockParagraph(types.TextMention(plain("@some_shop"))),
        ],
        photos=[],
        documents=[],
    )
    post = one(message(rich_message=rich))
    assert post.text == "Магазин тут\n\n@some_shop"
    assert post.links == (
        Link("http://a.example/", "тут"),
        Link("https://t.me/some_shop", "@some_shop"),
    )


def test_a_channel_without_one_name_has_others() -> None:
    names = [types.Username("old_one"), types.Username("New_One", active=True)]
    shown = Chat(5, "", " Лавка \n Ко ").shown("one")
    shown.username, shown.usernames = None, names
    about = "Сайт shop.example, бот @some_bot, t.me/reserve_x, версия 2.0"
    info = info_of(through_the_wire(shown), types.ChannelFull(5, about, 0, 0, 0, None, None, [], 1))
    assert (info.title, info.username, info.numeric_id) == ("Лавка Ко", "new_one", 5)
    assert [urlsplit(link.url).netloc + urlsplit(link.url).path for link in info.links] == [
        "shop.example/",
        "t.me/some_bot",
        "t.me/reserve_x",
    ]
