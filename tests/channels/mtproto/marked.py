"""A public group in which people left their marks wherever the API has room for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types

from tests.channels.groups import entity
from tests.world.mtproto.directory import Chat, Directory, Person

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GROUP, NEWS, BLOG = 2_207_715_346, 1_555_000_111, 1_555_000_222
SELLER, OLGA, RINAT, BUYER, HELPER = (
    *(5_100_200_300, 6_123_400_502, 6_123_400_503),
    *(6_123_400_504, 6_123_400_505),
)
OFFERS = (
    "☀️ наличие: кр 1 — 13,5 / мк 1 — 12 / тв 1 — 6. Уже на районе, координаты сразу после оплаты."
    " @sunny_dos_orb",
    "сегодня 8 точек. Орбита 1 ×3 Орбита 4 ×2 Мамыр ×3. кто знает тот знает ☀️ запасной акк"
    " @sunny_dos_orb2",
)
#: What must stand nowhere: in lower case, and as it is written.
MARKS = (
    *("olgamark_orb", "rinatmark_ala", "buyermark_77", "helpermark_bot", "nameless_mark_01"),
    *("Ольгамарк", "Петровамарк", "Ринатмарк", "Касымовмарк", "Покупамарк", "Гостьмарк"),
    *("Подписьмарк", "Должностьмарк", "Визиткамарк", "Файлмарк", "Цитатамарк", "Сауленмарк"),
    *("Пешкинмарк", "aigulblogmark", "Айгульмарк", "Кнопкамарк", "Страницамарк", "Опросмарк"),
    *("77010000044", "701 000 00 45", "87010000046", "7010000047", "mark.mail@mail.example"),
    *(str(OLGA), str(RINAT), str(BUYER), str(HELPER), str(BLOG), "43.2388", "vcardmark"),
)
#: What must be there: what the seller wrote, and what others said without saying who.
KEPT = ("sunny_dos_orb", "sunny_dos_orb2", "13,5", "кресло-качалку", "gorod_news_mark")


def put(directory: Directory) -> Chat:
    """The group ``marked_chat`` with 130 messages, and the channels that it speaks of."""
    for person in (
        Person(SELLER, "sunny_dos_orb", "Dos", phone="77010009999"),
        Person(OLGA, "olgamark_orb", "Ольгамарк", phone="77010000044", last="Петровамарк"),
        Person(RINAT, "rinatmark_ala", "Ринатмарк", phone="77010000045", last="Касымовмарк"),
        Person(BUYER, "buyermark_77", "Покупамарк", phone="77010000048"),
        Person(HELPER, "helpermark_bot", "Помощник", bot=True),
    ):
        directory.add_person(person)
    directory.add_chat(Chat(NEWS, "gorod_news_mark", "Новости города"))
    directory.add_chat(Chat(BLOG, "aigulblogmark", "Айгульмарк пишет", group=False))
    chat = directory.add_chat(
        Chat(
            GROUP,
            "marked_chat",
            "Орбита · барахолка",
            "Админ @olgamark_orb, тел +7 701 000 00 45",
            group=True,
            members=938,
            people=(OLGA, RINAT, HELPER),
        )
    )
    for number, (author, text, more) in enumerate(_messages(), 1):
        values = {"from_id": author, "date": AT, **more}
        directory.post(chat, text, id=number, **values)
    _service(chat, 126, types.MessageActionChatAddUser([BUYER]))
    _service(chat, 127, types.MessageActionCustomAction("Сауленмарк вступила в группу"))
    _service(chat, 128, types.MessageActionChatEditTitle("Пешкинмарк переименовал"))
    chat.unknown.add(6)
    return chat


def user(number: int) -> Any:
    return types.PeerUser(number)


def _service(chat: Chat, number: int, action: Any) -> None:
    chat.messages[number] = types.MessageService(
        id=number,
        peer_id=chat.peer,
        date=AT,
        action=action,
        from_id=user(OLGA),
        reactions_are_possible=None,
    )


def _messages() -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """125 messages, oldest first: fillers around those that hold marks. The album of the numbers 29
    to 31 lies across the border of two batches of 100."""
    for number in range(1, 126):
        if number in (29, 30, 31):
            caption = "Ольгамарк: кресло, пишите @olgamark_orb" if number == 31 else ""
            yield user(OLGA), caption, {"grouped_id": 77, "media": _photo(number)}
        elif number == 40:
            yield user(SELLER), OFFERS[0], {"reactions": _reactions(), "replies": _replies()}
        elif number == 90:
            yield user(SELLER), OFFERS[1], {}
        elif 100 <= number < 100 + len(MARKED):
            yield MARKED[number - 100]
        elif number in SELLERS:
            yield user(SELLER), *SELLERS[number]
        else:
            yield user(RINAT), f"продам кресло-качалку, {number} 000, самовывоз", {}


def _photo(number: int) -> Any:
    sizes = [types.PhotoSize("x", 640, 640, 1)]
    photo = types.Photo(number, number, b"reference", AT, sizes, 2)
    return types.MessageMediaPhoto(photo=photo)


def _reactions() -> Any:
    return types.MessageReactions(
        [types.ReactionCount(types.ReactionEmoji("👍"), 1)],
        recent_reactions=[
            types.MessagePeerReaction(user(BUYER), AT, types.ReactionEmoji("👍")),
        ],
    )


def _replies() -> Any:
    return types.MessageReplies(1, 1, recent_repliers=[user(BUYER)])


def _reply(**more: Any) -> Any:
    return types.MessageReplyHeader(reply_to_msg_id=40, **more)


def _file(name: str) -> Any:
    document = types.Document(
        5, 6, b"reference", AT, "application/pdf", 9, 2, [types.DocumentAttributeFilename(name)]
    )
    return types.MessageMediaDocument(document=document)


def _page() -> Any:
    page = types.WebPage(
        9, "https://vk.test/olgamark_orb", "vk.test/olgamark_orb", 0, title="Страницамарк"
    )
    return types.MessageMediaWebPage(page)


def _poll(asks: str) -> Any:
    text = types.TextWithEntities(asks, [])
    answers = [types.PollAnswer(text, b"1")]
    poll = types.Poll(5, text, answers, hash=0)
    return types.MessageMediaPoll(poll, types.PollResults(recent_voters=[user(BUYER)]))


def _button() -> Any:
    url = types.InlineButtonTypeUrl("https://t.me/olgamark_orb")
    row = types.KeyboardInlineButtonRow([types.KeyboardInlineButton("Кнопкамарк", url)])
    return types.ReplyInlineMarkup([row])


_ABOUT_OLGA = "спросите Ольгамарк"
_WITH_LINK = "жмите сюда"
_CONTACT = types.MessageMediaContact("77010000044", "Визиткамарк", "Петровамарк", "vcardmark", OLGA)
_GEO = types.MessageMediaGeo(types.GeoPoint(76.9, 43.2388, 1))

#: Messages of who does not advertise.
MARKED: tuple[tuple[Any, str, dict[str, Any]], ...] = (
    (user(OLGA), "звоните +7 (701) 000-00-45 или 87010000046", {}),
    (user(OLGA), "пишите @nameless_mark_01, t.me/olgamark_orb, mark.mail@mail.example", {}),
    (user(RINAT), "куплю меф, пишите @buyermark_77", {}),
    (user(BUYER), "куплю меф 2 г, пишите в лс, Покупамарк", {}),
    (
        user(RINAT),
        _ABOUT_OLGA,
        {"entities": [entity(types.MessageEntityMentionName, _ABOUT_OLGA, "Ольгамарк", OLGA)]},
    ),
    (
        user(RINAT),
        _WITH_LINK,
        {
            "entities": [
                entity(types.MessageEntityTextUrl, _WITH_LINK, "сюда", "https://t.me/olgamark_orb")
            ]
        },
    ),
    (user(RINAT), "вот", {"fwd_from": types.MessageFwdHeader(AT, from_name="Гостьмарк")}),
    (user(RINAT), "вот", {"fwd_from": types.MessageFwdHeader(AT, from_id=user(BUYER))}),
    (user(RINAT), "да", {"reply_to": _reply(quote_text="Цитатамарк", quote=True)}),
    (user(RINAT), "да", {"reply_to": _reply(reply_to_peer_id=user(BUYER))}),
    (None, "от имени группы", {"post_author": "Подписьмарк", "from_rank": "Должностьмарк"}),
    (types.PeerChannel(BLOG), "Айгульмарк на связи", {}),
    (user(OLGA), "", {"media": _CONTACT}),
    (user(OLGA), "", {"media": _GEO}),
    (user(OLGA), "", {"media": _file("Файлмарк.pdf")}),
    (user(OLGA), "", {"media": _page()}),
    (user(OLGA), "", {"media": _poll("Опросмарк")}),
    (user(OLGA), "жмите", {"reply_markup": _button(), "via_bot_id": HELPER}),
    (user(OLGA), "мой номер 7010000047", {"reactions": _reactions(), "replies": _replies()}),
)
#: The seller's own, that speak of others.
SELLERS: dict[int, tuple[str, dict[str, Any]]] = {
    50: ("@olgamark_orb не пишите мне, Ринатмарк", {"reply_to": _reply(quote_text="Цитатамарк")}),
    51: ("вот её номер +77010000044", {"media": _CONTACT}),
    52: ("вот", {"fwd_from": types.MessageFwdHeader(AT, from_id=user(RINAT))}),
    53: ("вот", {"fwd_from": types.MessageFwdHeader(AT, from_id=types.PeerChannel(NEWS),
                                                    channel_post=1)}),
    54: ("спросите", {"media": _poll("сколько брать?"), "reactions": _reactions()}),
}  # fmt: skip
