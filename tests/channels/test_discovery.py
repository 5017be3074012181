from __future__ import annotations

import pytest

from channels.discovery import MOST_FROM_A_PAGE, Found, discover
from channels.posts import ChannelInfo, Forward, Post
from domain.candidates import Why
from domain.documents import Link
from domain.platforms import Platforms
from domain.targets import telegram_key
from tests.channels.pages import DAY_ONE

PARENT = telegram_key(numeric_id=1158198424)
ONION = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"  # the Tor Project's


def post(text: str = "", **more: object) -> Post:
    return Post(id=1, posted_at=DAY_ONE, text=text, **more)  # type: ignore[arg-type]


def found_in(*posts: Post, about: str = "", platforms: Platforms | None = None) -> Found:
    info = ChannelInfo("Канал", "some_shop", description=about)
    return discover(PARENT, "some_shop", info, posts, platforms or Platforms())


def whys(found: Found) -> dict[str, Why]:
    return {str(c.target): c.why for c in found.candidates}


def test_forward_origins() -> None:
    found = found_in(post(forward=Forward("Отзывы", "otzyvy_nochi")))
    assert whys(found) == {"telegram:@otzyvy_nochi": Why.FORWARD}
    assert found.candidates[0].parent == PARENT
    assert whys(found_in(post(forward=Forward("Скрытый")))) == {}


def test_names_in_text_description_and_buttons() -> None:
    found = found_in(
        post("Пиши @Aurora_Oper, запас t.me/aurora_two. Почта a@mail.example"),
        post(buttons=(Link("https://t.me/aurora_three?start=1"),)),
        post(links=(Link("https://aurora_four.t.me/5"),)),
        about="Резерв: @aurora_five!",
    )
    names = ("aurora_oper", "aurora_two", "aurora_three", "aurora_four", "aurora_five")
    assert whys(found) == {f"telegram:@{name}": Why.MENTION for name in names}


def test_sites_and_onions() -> None:
    found = found_in(
        post(f"зеркало {ONION} копируй", links=(Link("http://Shop.example:80/a?b=1#c"),))
    )
    assert {str(c.target): c.url for c in found.candidates} == {
        "host:shop.example": "http://shop.example/a?b=1",
        f"onion:{ONION}": f"http://{ONION}/",
    }


def test_sites_in_posts_are_found_though_disguised() -> None:
    found = found_in(
        post(f"Сайт mirror[.]biz, зеркало {ONION[:30]} {ONION[30:]}, t [точка] me/nobody")
    )
    assert {str(one.target) for one in found.candidates} == {
        *("host:mirror.biz", "telegram:@nobody"),
        f"onion:{ONION}",
    }


def test_an_onion_with_a_wrong_checksum_is_counted() -> None:
    found = found_in(post("a" * 56 + ".onion"))
    assert found.candidates == []
    assert found.left_out == {"address that is none": 1}


def test_the_likelier_come_first() -> None:
    found = found_in(post("@some_name и @some_shop_bot", forward=Forward("x", "origin_of_it")))
    values = [c.target.value for c in found.candidates]
    assert values == ["@origin_of_it", "@some_name", "@some_shop_bot"]


def test_a_channel_does_not_lead_to_itself() -> None:
    assert found_in(post("@Some_Shop https://t.me/some_shop/3")).candidates == []


def test_invites_and_private_channels_are_counted_once_each_and_never_candidates() -> None:
    link = "https://t.me/+AbCdEf123456"
    found = found_in(post(f"вход {link}", links=(Link(link), Link("https://t.me/c/123/4"))))
    assert found.candidates == []
    assert found.left_out == {"invite link, never joined": 1, "link into a private channel": 1}


def test_platforms_are_counted() -> None:
    platforms = Platforms(
        frozenset({"video.example"}), frozenset({"blog.example"}), frozenset({"www"})
    )
    hosts = ("video.example", "m.video.example", "blog.example", "www.blog.example")
    links = tuple(Link(f"https://{host}/x") for host in (*hosts, "shop.blog.example"))
    found = found_in(post(links=links), platforms=platforms)
    assert whys(found) == {"host:shop.blog.example": Why.MENTION}
    assert found.left_out == {"platform": 4}


def test_a_list_of_spam_is_bounded() -> None:
    text = " ".join(f"@spam_name_{n}" for n in range(MOST_FROM_A_PAGE + 30))
    found = found_in(post(text, forward=Forward("x", "origin_of_it")))
    assert len(found.candidates) == MOST_FROM_A_PAGE
    assert found.candidates[0].target.value == "@origin_of_it"
    assert found.left_out == {"more than a page may bring": 31}


@pytest.mark.parametrize("text", ["user@shop.example", "@abc", "x@@name_it", "/@some_path"])
def test_what_is_no_handle(text: str) -> None:
    assert found_in(post(text)).candidates == []
