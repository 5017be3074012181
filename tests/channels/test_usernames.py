from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.usernames import Pointer, is_bot, username_in, where_to


@pytest.mark.parametrize(
    "url",
    [
        "https://t.me/Some_Shop",
        "http://telegram.me/some_shop/",
        "t.me/some_shop/123?single",
        "https://t.me/s/some_shop?before=3",
        "https://www.t.me/@some_shop",
        "https://some_shop.t.me/",
        "tg://resolve?domain=some_shop&post=4",
        "https://telegram.dog/some_shop#x",
    ],
)
def test_every_way_to_write_a_name(url: str) -> None:
    assert username_in(url) == "some_shop"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://t.me/+AbCdEf123456", Pointer.INVITE),
        ("https://t.me/joinchat/AbCdEf", Pointer.INVITE),
        ("tg://join?invite=AbC", Pointer.INVITE),
        ("https://t.me/addlist/AbC", Pointer.INVITE),
        ("https://t.me/c/1158198424/7", Pointer.PRIVATE),
        ("https://t.me/share/url?url=x", Pointer.OWN_PAGE),
        ("https://t.me/addstickers/Some", Pointer.OWN_PAGE),
        ("https://t.me/", Pointer.OWN_PAGE),
        ("https://t.me.example.com/name_of", Pointer.NOT_TELEGRAM),
        ("https://not-t.me/some_shop", Pointer.NOT_TELEGRAM),
        ("https://shop.example/t.me/some_shop", Pointer.NOT_TELEGRAM),
    ],
)
def test_what_names_no_channel(url: str, kind: Pointer) -> None:
    assert where_to(url).kind is kind
    assert username_in(url) == ""


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    assert where_to(text).kind in Pointer
    assert where_to(f"https://t.me/{text}").kind in Pointer


def test_bots_are_told_by_their_name() -> None:
    assert is_bot("Aurora_KZ_bot")
    assert not is_bot("botanika_almaty")
