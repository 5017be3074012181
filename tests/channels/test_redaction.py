from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from telethon.tl import types

from channels.discovery import Platforms, discover
from channels.documents import documents_of
from channels.group_answers import Author
from channels.masking import MASK
from channels.posts import Batch, ChannelInfo, Fetch, Forward, Post
from channels.redaction import Redaction, redact, redact_info, redact_posts
from domain.captures import Outcome
from domain.documents import Link
from domain.targets import telegram_key
from tests.channels.groups import (
    AT,
    CHANNEL,
    GROUP,
    OFFER,
    SELLER,
    Somebody,
    answer,
    as_bytes,
    broadcast,
    decides,
    entity,
    group,
    message,
    seller,
)

RINAT = Somebody(6_001, "rinat_tachka_ala", "Ринат", "Касымов", "77000000043")
OLGA = Somebody(6_002, "olga_p_orbita3", "Ольга", "П.", "77000000044")


def say(text: str, **more: Any) -> dict[str, Any]:
    """A message of Rinat's among an offer, redacted."""
    raw = answer([message(1, SELLER, OFFER), message(2, RINAT.id, text, **more)],
                 [seller(), RINAT.shown(), OLGA.shown()])  # fmt: skip
    kept, _ = redact(raw, decides)
    return kept["messages"][1]


def test_the_account_that_advertises_is_kept_with_all_it_wrote() -> None:
    raw = answer(
        [
            message(1, SELLER, OFFER),
            message(2, SELLER, "сегодня 8 точек"),
            message(3, OLGA.id, "?"),
        ],
        [seller(), OLGA.shown()],
    )
    kept, done = redact(raw, decides)
    first, second, third = kept["messages"]
    assert (first["message"], second["message"]) == (OFFER, "сегодня 8 точек")
    assert first["from_id"] == second["from_id"] == {"_": "PeerUser", "user_id": SELLER}
    assert "from_id" not in third
    assert [user["username"] for user in kept["users"]] == ["sunny_dos"]
    assert done.advertisers == {Author("PeerUser", SELLER)}
    assert done.kept == {(GROUP, 1), (GROUP, 2)}


def test_a_redacted_answer_says_so_and_what_was_done() -> None:
    raw = answer([message(1, OLGA.id, "пишите @olga_p_orbita3, +7 700 000 00 44")], [OLGA.shown()])
    kept, done = redact(raw, decides)
    assert kept["redacted"] is True
    assert kept["messages"][0]["redacted"] is True
    assert kept["redactions"] == {"authors": 1, "handles": 1, "numbers": 1, "users": 1}
    assert done.header == "authors=1 handles=1 numbers=1 users=1"


def test_a_known_advertiser_is_kept_although_tonight_he_says_little() -> None:
    raw = answer([message(1, SELLER, "все на местах")], [seller()])
    known = {Author("PeerUser", SELLER)}
    assert "from_id" not in redact(raw, decides)[0]["messages"][0]
    assert "from_id" in redact(raw, decides, known=known)[0]["messages"][0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("я тоже делаю, +7 700 000 00 42", "я тоже делаю, ██ ███ ███ ██ ██"),
        ("пишите @max_remont_orb", "пишите ███████████████"),
        ("тел 8(700)000-00-42!", "тел ███████████████!"),
        ("почта rinat@mail.example, жду", "почта ██████████████████, жду"),
        ("t.me/rinat_tachka_ala пишите", "█████████████████████ пишите"),
        ("rinat_tachka_ala тут", "████████████████ тут"),
        ("спасибо, Ольге привет", "спасибо, █████ привет"),
        ("кресло 12 000, Орбита 2", "кресло 12 000, Орбита 2"),
        ("см. https://shop.test/u/rinat?x=1", "см. https://shop.test ███████████"),
        ("на shop.test дешевле", "на shop.test дешевле"),
        ("ринат собака mail точка ру", "█████ ██████ ████ точка ру"),
        ("😀 @olga_p_orbita3", "😀 ███████████████"),
    ],
)
def test_texts_of_others_keep_their_words_and_name_nobody(text: str, left: str) -> None:
    assert say(text)["message"] == left


def test_what_stands_around_a_message_of_others_goes() -> None:
    text = "Ольга, вот"
    kept = say(
        text,
        entities=[
            entity(types.MessageEntityMentionName, text, "Ольга", OLGA.id),
            entity(types.MessageEntityBold, text, "вот"),
        ],
        fwd_from=types.MessageFwdHeader(AT, from_name="Ольга П.", post_author="Ольга"),
        reply_to=types.MessageReplyHeader(
            reply_to_msg_id=7, quote_text="пишите Ольге", quote=True,
            reply_from=types.MessageFwdHeader(AT, from_id=types.PeerUser(OLGA.id)),
        ),
        post_author="Ольга П.",
        reactions=types.MessageReactions(
            [], recent_reactions=[types.MessagePeerReaction(
                types.PeerUser(OLGA.id), AT, types.ReactionEmoji("👍"))]),
        replies=types.MessageReplies(1, 1, recent_repliers=[types.PeerUser(OLGA.id)]),
        media=types.MessageMediaContact("77000000044", "Ольга", "П.", "vcard", OLGA.id),
    )  # fmt: skip
    assert kept == {
        "_": "Message",
        "id": 2,
        "peer_id": {"_": "PeerChannel", "channel_id": GROUP},
        "date": AT,
        "message": "█████, вот",
        "entities": [{"_": "MessageEntityBold", "offset": 7, "length": 3}],
        "media": {"_": "MessageMediaContact"},
        "reply_to": {"_": "MessageReplyHeader", "reply_to_msg_id": 7},
        "redacted": True,
    }


def test_the_advertiser_names_no_other_either() -> None:
    text = f"{OFFER} спасибо @olga_p_orbita3, Рината спросите, +7 700 000 00 43, {OLGA.id}"
    raw = answer(
        [
            message(
                1,
                SELLER,
                text,
                entities=[
                    entity(types.MessageEntityMention, text, "@sunny_dos"),
                    entity(
                        types.MessageEntityTextUrl, text, "Орбита", "https://t.me/olga_p_orbita3"
                    ),
                    entity(types.MessageEntityMentionName, text, "Рината", RINAT.id),
                ],
                fwd_from=types.MessageFwdHeader(AT, from_id=types.PeerUser(OLGA.id)),
            ),
            message(2, RINAT.id, "ок"),
        ],
        [seller(), RINAT.shown(), OLGA.shown()],
    )
    kept, _ = redact(raw, decides, known={Author("PeerUser", SELLER)})
    first = kept["messages"][0]
    assert first["message"].startswith(f"{OFFER} спасибо @")
    assert [one["_"] for one in first["entities"]] == [
        "MessageEntityMention",
        "MessageEntityTextUrl",
    ]
    assert "fwd_from" not in first
    written = as_bytes(kept)
    for word in ("olga_p_orbita3", "700 000 00 43", str(OLGA.id), str(RINAT.id)):
        assert word not in written


def test_nobody_blanks_an_offer_by_taking_its_words_for_his_name() -> None:
    prankster = Somebody(6_003, "kto_to", "Мефедрон", "Гашиш")
    raw = answer(
        [message(1, SELLER, OFFER), message(2, prankster.id, "ха")], [seller(), prankster.shown()]
    )
    kept, _ = redact(raw, decides)
    assert kept["messages"][0]["message"] == OFFER
    assert "Мефедрон" not in as_bytes(kept["users"])


def test_what_an_advertiser_forwards_from_a_channel_leads_there() -> None:
    header = types.MessageFwdHeader(
        AT, from_id=types.PeerChannel(CHANNEL), channel_post=3, post_author="Айгуль"
    )
    raw = answer([message(1, SELLER, OFFER, fwd_from=header)], [seller()], [broadcast()])
    kept, done = redact(raw, decides, known={Author("PeerUser", SELLER)})
    assert kept["messages"][0]["fwd_from"]["from_id"]["channel_id"] == CHANNEL
    assert "Айгуль" not in as_bytes(kept)
    assert {chat["id"] for chat in kept["chats"]} == {GROUP, CHANNEL}
    post = Post(1, AT, OFFER, forward=Forward("Новости города", "gorod_news"))
    assert redact_posts([post], GROUP, done, decides)[0].forward == post.forward


def test_who_writes_as_a_channel_is_somebody_too() -> None:
    blog = broadcast(title="Айгуль пишет", username="aigulblog")
    author = types.PeerChannel(CHANNEL)
    raw = answer([message(1, None, "привет из aigulblog", from_id=author)], [], [blog])
    written = as_bytes(redact(raw, decides)[0])
    for word in ("aigulblog", "Айгуль", str(CHANNEL)):
        assert word not in written


def test_broadcast_channels_stay_as_they_are() -> None:
    text = "Звоните +7 700 000 00 43, @rinat_tachka_ala"
    raw = answer(
        [message(1, None, text, chat=CHANNEL, post=True, post_author="Ринат")],
        [RINAT.shown()],
        [broadcast()],
    )
    kept, done = redact(raw, decides)
    assert kept == raw
    assert done.header == ""
    post = Post(1, AT, text, links=(Link("https://t.me/rinat_tachka_ala"),))
    assert redact_posts([post], CHANNEL, done, decides) == (post,)


def test_a_chat_that_is_not_known_to_be_a_channel_counts_as_a_group() -> None:
    raw = answer([message(1, OLGA.id, "@olga_p_orbita3", chat=99)], [OLGA.shown()])
    kept, done = redact(raw, decides)
    assert "olga_p_orbita3" not in as_bytes(kept)
    post = Post(1, AT, "@olga_p_orbita3")
    assert redact_posts([post], 99, done, decides)[0].text == MASK * 15


def test_other_answers_about_a_group_name_nobody() -> None:
    full = {
        "_": "messages.ChatFull",
        "full_chat": {"_": "ChannelFull", "id": GROUP, "about": "Админ @olga_p_orbita3",
                      "bot_info": [{"user_id": OLGA.id}], "participants_count": 938},
        "chats": [group().to_dict()],
        "users": [OLGA.shown().to_dict()],
    }  # fmt: skip
    kept, done = redact(full, decides)
    assert kept["full_chat"] == {
        "_": "ChannelFull", "id": GROUP, "about": f"Админ {MASK * 15}", "participants_count": 938
    }  # fmt: skip
    assert kept["users"] == []
    info = ChannelInfo("Барахолка", "orbita_baraholka", GROUP, "Админ @olga_p_orbita3",
                       (Link("https://t.me/olga_p_orbita3", "@olga_p_orbita3"),))  # fmt: skip
    redacted = redact_info(info, done, decides)
    assert (redacted.description, redacted.links) == (f"Админ {MASK * 15}", ())


def test_updates_are_redacted_like_history() -> None:
    update = types.UpdateNewChannelMessage(message(5, OLGA.id, "звоните 87000000044"), 3, 1)
    typing = types.UpdateChannelUserTyping(
        GROUP, types.PeerUser(OLGA.id), types.SendMessageTypingAction()
    )
    raw = types.Updates([update, typing], [OLGA.shown()], [group()], AT, 1).to_dict()
    kept, done = redact(raw, decides)
    assert [one["_"] for one in kept["updates"]] == ["UpdateNewChannelMessage"]
    assert "87000000044" not in as_bytes(kept)
    assert str(OLGA.id) not in as_bytes(kept)
    assert done.counts["updates"] == 1


def batch_of(posts: tuple[Post, ...]) -> Batch:
    fetch = Fetch("https://t.me/orbita_baraholka", AT, Outcome.OK)
    return Batch((fetch,), ChannelInfo("Барахолка", "orbita_baraholka", GROUP), posts)


def leads_and_documents(posts: tuple[Post, ...]) -> str:
    batch = batch_of(posts)
    documents, _ = documents_of(batch, about=True)
    key = telegram_key(numeric_id=GROUP)
    found = discover(key, "orbita_baraholka", batch.channel, posts, Platforms())
    return f"{documents}\n{found.candidates}"


def test_discovery_follows_the_advertiser_and_hosts_that_others_name_and_no_person() -> None:
    texts = {1: OFFER, 2: "смотрите https://market.test/u/olga и @olga_p_orbita3"}
    raw = answer([message(1, SELLER, texts[1]), message(2, OLGA.id, texts[2])],
                 [seller(), OLGA.shown()])  # fmt: skip
    _, done = redact(raw, decides)
    posts = (
        Post(1, AT, texts[1], links=(Link("https://t.me/sunny_dos", "@sunny_dos"),)),
        Post(2, AT, texts[2], links=(Link("https://market.test/u/olga", "olga"),
                                     Link("https://t.me/olga_p_orbita3", "@olga_p_orbita3")),
             buttons=(Link("https://t.me/olga_p_orbita3", "Ольга"),),
             forward=Forward("Ольга П.", "olga_p_orbita3")),
    )  # fmt: skip
    told = leads_and_documents(redact_posts(posts, GROUP, done, decides))
    assert "@sunny_dos" in told
    assert "market.test" in told
    assert "olga" not in told.lower()
    assert "Ольга" not in told


LETTERS = "абвгдежзиклмнопрстуфхцчшщыэюяәғқңөұүһі"
WORD = st.text(LETTERS, min_size=4, max_size=12)
NAME = st.builds(lambda word: word.capitalize(), WORD)
HANDLE = st.from_regex(r"[a-z][a-z0-9]{2,8}_[a-z0-9]{3,10}", fullmatch=True)
PHONE = st.from_regex(r"77[0-9]{9}", fullmatch=True)
PEOPLE = st.lists(
    st.builds(Somebody, st.integers(10**9, 10**10), HANDLE, NAME, NAME, PHONE),
    min_size=1, max_size=4, unique_by=lambda one: one.id,
)  # fmt: skip
#: Every way in which one may come to stand in a message of a group.
SAYINGS = (
    "пишите @{0.username}", "{0.first} {0.last}, привет", "звоните +{0.phone}",
    "t.me/{0.username}", "https://t.me/{0.username}/5", "tg://user?id={0.id}",
    "{0.first}у отдал", "номер {0.phone}, {0.first}", "{0.username}@mail.test",
    "https://vk.test/{0.username}", "@ {0.username}", "это {0.last}!", "{0.username}",
)  # fmt: skip


@st.composite
def groups(draw: st.DrawFn) -> tuple[list[Somebody], list[Any], list[Post]]:
    people = draw(PEOPLE)
    somebody = st.sampled_from(people)
    messages: list[Any] = [message(1, SELLER, OFFER)]
    posts = [Post(1, AT, OFFER)]
    for number in range(2, 2 + draw(st.integers(1, 6))):
        who, about = draw(somebody), draw(somebody)
        advertises = draw(st.booleans())
        text = draw(st.sampled_from(SAYINGS)).format(about)
        text = f"{OFFER} {text}" if advertises else text
        url = f"https://t.me/{about.username}"
        messages.append(
            message(
                number,
                SELLER if advertises else who.id,
                text,
                entities=[
                    types.MessageEntityMentionName(0, 3, about.id),
                    types.MessageEntityTextUrl(0, 3, url),
                ],
                fwd_from=draw(st.sampled_from([
                    None,
                    types.MessageFwdHeader(AT, from_id=types.PeerUser(about.id)),
                    types.MessageFwdHeader(AT, from_name=f"{about.first} {about.last}"),
                ])),
                reply_to=types.MessageReplyHeader(
                    reply_to_msg_id=1, quote_text=text,
                    reply_to_peer_id=draw(st.sampled_from([None, types.PeerUser(about.id)])),
                ),
                post_author=None if advertises else about.first,
                reactions=types.MessageReactions([], recent_reactions=[types.MessagePeerReaction(
                    types.PeerUser(about.id), AT, types.ReactionEmoji("👍"))]),
                replies=types.MessageReplies(1, 1, recent_repliers=[types.PeerUser(about.id)]),
                media=draw(st.sampled_from([
                    None,
                    types.MessageMediaContact(about.phone, about.first, about.last, "v", about.id),
                    types.MessageMediaStory(types.PeerUser(about.id), 4),
                ])),
                reply_markup=types.ReplyInlineMarkup([types.KeyboardInlineButtonRow([
                    types.KeyboardInlineButton(about.first, types.InlineButtonTypeUrl(url))])]),
            )
        )  # fmt: skip
        link = Link(url, f"@{about.username}")
        posts.append(
            Post(number, AT, text, (link,), (link,),
                 forward=Forward(f"{about.first} {about.last}", about.username))
        )  # fmt: skip
    return people, messages, posts


@given(groups())
def test_nothing_of_those_who_do_not_advertise_is_left(
    drawn: tuple[list[Somebody], list[Any], list[Post]],
) -> None:
    people, messages, posts = drawn
    own = f"{OFFER} Барахолка Dos sunny_dos {SELLER} {GROUP} redacted".lower()
    for one in people:
        for part in (one.username, one.first, one.last, one.phone, str(one.id)):
            assume(part.lower() not in own)
    raw = answer(messages, [seller(), *(one.shown() for one in people)])
    kept, done = redact(raw, decides)
    written = as_bytes(kept)
    told = leads_and_documents(redact_posts(posts, GROUP, done, decides))
    assert kept["messages"][0]["message"] == OFFER
    for one in people:
        for part in (one.username, one.phone, str(one.id)):
            assert part not in written
            assert part not in told
        for part in (one.first, one.last):
            found = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)", re.IGNORECASE)
            assert found.search(written) is None
            assert found.search(told) is None


def test_without_a_redaction_everything_of_a_group_is_others() -> None:
    post = Post(1, AT, "мефедрон, @olga_p_orbita3")
    assert "@" not in redact_posts([post], GROUP, Redaction(), decides)[0].text
