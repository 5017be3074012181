"""Markup that changes in part: the posts still parse, and what they lack is not taken for truth."""

from __future__ import annotations

import pytest

from cases.models import Run, RunSource, Target
from channels.models import ChannelCursor
from nightly import reporting
from tests.channels.pages import FakeChannel, FakePost, page_html
from tests.channels.previewserver import PreviewServer
from tests.channels.reading import Night, count, outcomes, parts, shop

pytestmark = pytest.mark.django_db

PHOTO = '<a class="tgme_widget_message_photo_wrap" href="https://t.me/some_shop/1"></a>'
NO_TEXT = {"tgme_widget_message_text": "tgme_msg_body"}
NO_MARKS = {"tme_messages_more": "tm_more", "data-before": "data-b4"}


def pictures(*ids: int, text: str = "меф {}, цена 15000") -> FakeChannel:
    posts = [FakePost(n, text.format(n), extra=PHOTO) for n in ids]
    return shop(description="Лавка, вход по паролю", posts=posts)


def broken(run: Run) -> list[str]:
    return reporting.build(run).coverage_broken


def test_texts_that_are_gone_from_a_channel_that_had_some(
    night: Night, server: PreviewServer
) -> None:
    server.put(pictures(*range(1, 16)))
    assert broken(night("some_shop")) == []
    server.put(pictures(*range(1, 46)))
    server.drift = NO_TEXT
    for _ in range(2):
        run = night("some_shop")
        assert list(outcomes(run).values()) == ["ok", "layout_changed"]
        assert "layout_changed 1" in broken(run)[0]
        assert count(run, "skipped", "post of a page that is not believed") == 20
        assert count(run, "noticed", "posts deleted") == 0
    server.drift = {}
    assert broken(night("some_shop")) == []
    got = parts(Target.objects.get(kind="telegram"))
    assert sorted(map(int, got[1:])) == list(range(1, 46))


def test_a_channel_first_met_without_any_text(night: Night, server: PreviewServer) -> None:
    server.put(pictures(*range(1, 26)))
    server.drift = NO_TEXT
    run = night("some_shop")
    assert list(outcomes(run).values()) == ["ok", "layout_changed"]
    assert broken(run) == ["some_shop: layout_changed 1"]
    assert ChannelCursor.objects.get().last_id == 0
    server.drift = {}
    night("some_shop")
    assert len(parts(Target.objects.get())) == 26


def test_a_channel_of_pictures_breaks_coverage_in_its_first_night_alone(
    night: Night, server: PreviewServer
) -> None:
    server.put(pictures(*range(1, 16), text=""))
    assert broken(night("some_shop")) == ["some_shop: layout_changed 1"]
    for _ in range(2):
        run = night("some_shop")
        assert list(outcomes(run).values()) == ["ok"]
        assert broken(run) == []
        assert count(run, "skipped", "post without text or link") == 15


def test_pictures_above_texts_are_no_drift(night: Night, server: PreviewServer) -> None:
    channel = shop().add(*range(1, 8))
    channel.posts += [FakePost(n, "", extra=PHOTO) for n in range(8, 40)]
    server.put(channel)
    run = night("some_shop")
    assert list(outcomes(run).values()) == ["ok", "ok"]
    assert len(parts(Target.objects.get())) == 7
    channel.posts[3].text, channel.posts[3].extra = "", PHOTO
    assert list(outcomes(night("some_shop")).values()) == ["ok"]


def test_a_description_is_no_post(night: Night, server: PreviewServer) -> None:
    server.put(shop(description="Лавка", posts=[FakePost(1, "Channel created", service=True)]))
    for _ in range(2):
        run = night("some_shop")
        assert RunSource.objects.get(run=run).done
        assert broken(run) == ["some_shop: no document"]


def test_without_paging_marks_no_post_is_lost(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(*range(1, 11)))
    night("some_shop")
    server.put(shop().add(*range(1, 101)))
    server.drift = NO_MARKS
    run = night("some_shop")
    assert list(outcomes(run)) == [
        "/s/some_shop",
        *(f"/s/some_shop?before={n}" for n in (81, 61, 41, 21)),
    ]
    assert sorted(map(int, parts(Target.objects.get()))) == list(range(1, 101))
    assert count(run, "noticed", "gap filled: the page before does not tell of older posts") == 4
    again = night("some_shop")
    assert list(outcomes(again)) == ["/s/some_shop"]


def test_without_paging_marks_the_page_limit_holds(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(*range(1, 101)))
    server.drift = NO_MARKS
    run = night("some_shop", max_pages=2)
    assert len(outcomes(run)) == 2
    why = "the page limit, and the page does not tell whether there is more"
    assert count(run, "dropped", why) == 1


def test_a_preview_that_does_not_page_any_more_leaves_the_cursor(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(*range(1, 11)))
    night("some_shop")
    channel = shop().add(*range(1, 61))
    server.put(channel)
    newest = page_html(channel).replace("tme_messages_more", "tm_more")
    server.faults = {path: [newest] for path in ("/s/some_shop", "/s/some_shop?before=41")}
    assert list(outcomes(night("some_shop")).values()) == ["ok", "layout_changed"]
    assert ChannelCursor.objects.get().last_id == 10
    night("some_shop")
    assert sorted(map(int, parts(Target.objects.get()))) == list(range(1, 61))


def test_a_channel_whose_first_posts_are_gone_is_asked_once_for_them(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(*range(5, 12)))
    run = night("some_shop")
    assert list(outcomes(run)) == ["/s/some_shop", "/s/some_shop?before=5"]
    assert count(run, "noticed", "gap filled: the page before does not tell of older posts") == 0
    assert ChannelCursor.objects.get().last_id == 11
    assert list(outcomes(night("some_shop"))) == ["/s/some_shop"]


def test_a_channel_that_begins_with_its_creation_is_not_asked_for_more(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop(101, "shop_one").add(1, 5), shop(102, "shop_two").add(2, 5))
    assert list(outcomes(night("shop_one", "shop_two"))) == ["/s/shop_one", "/s/shop_two"]
