"""What a screenshot shows, and what it must not."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable
from shutil import which

import pytest

from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End
from tests.crawlers.rendering.test_crawl_rendered import pytestmark
from tests.crawlers.servers import Reply, Web
from tests.world.sites import png

__all__ = ["pytestmark"]

WAIT_S = 120
DATA = f"data:image/png;base64,{b64encode(png('a')).decode()}"
IN_THE_TEXT = {
    "element": '<img src="{}" width=90 height=90 alt="">',
    "background": '<div style="width:90px;height:90px;background:url({})"></div>',
    "in front": "<style>p::before {{ content: url({}) }}</style><p>",
    "in a drawing": "<svg width=90 height=90><image href='{}' width=90 height=90 /></svg>",
    "poster": "<video poster='{}' width=90 height=90></video>",
    "in a frame": "<iframe srcdoc='<img src=\"{}\" width=90 height=90>' style='border:0'></iframe>",
    "canvas": "<canvas id=c width=90 height=90></canvas><script>const i = new Image();"
    "i.src = '{}'; i.onload = i.onerror = () => {{ const pen = c.getContext('2d');"
    "pen.fillStyle = 'red'; pen.fillRect(0, 0, 90, 90); }};</script>",
}


@pytest.fixture
def picture(web: Web, renderer: Callable[..., Renderer]) -> Callable[..., bytes]:
    one = renderer()

    def take(body: str, *, images: bool = False) -> bytes:
        web.site("shop.test", {"/": Reply(f"<!doctype html><body>{body}"), "/a.png": Reply()})
        url = "http://shop.test/"
        done = one.order(url, url, picture=True, images=images).result(WAIT_S)
        assert done.end is End.RENDERED, done
        return done.png

    return take


@pytest.mark.parametrize("how", IN_THE_TEXT)
def test_pictures_in_the_pages_own_text_are_blocked_like_all_others(
    picture: Callable[..., bytes], how: str
) -> None:
    page = IN_THE_TEXT[how]
    without = picture(page.format(DATA))
    assert without == picture(page.format("data:,"), images=how != "canvas")
    assert without != picture(page.format(DATA), images=True)


def has_emoji() -> bool:
    listing = which("fc-list")
    if listing is None:
        return False
    done = subprocess.run([listing, ":lang=und-zsye"], capture_output=True, text=True, check=False)
    return "Emoji" in done.stdout


@pytest.mark.skipif(not has_emoji(), reason="system package fonts-noto-color-emoji is missing")
def test_emoji_are_no_boxes(picture: Callable[..., bytes]) -> None:
    pill, leaf, unknown, other = (
        picture(f"<p style='font-size:60px'>{sign}")
        for sign in ("\N{PILL}", "\N{MAPLE LEAF}", "\U000fff80", "\U000fff81")
    )
    assert unknown == other, "what no font has is a box, whatever it is"
    assert len({pill, leaf, unknown}) == 3
