"""What one visit after another reads of a channel, keeps of it, and finds in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.evidence import Pointer, read_body
from cases.models import CandidateRow, Case, DocumentRow, RunSource, Target
from tests.channels.pages import FakePost
from tests.channels.previewserver import PreviewServer
from tests.channels.reading import Night, count, outcomes, parts, shop

pytestmark = pytest.mark.django_db


def test_a_channel_is_read_whole(night: Night, server: PreviewServer, tmp_path: Path) -> None:
    server.put(shop(title="Лавка", description="Бот: @some_shop_bot").add(*range(1, 91, 2)))
    run = night("Some_Shop")
    target = Target.objects.get(value="1158198424")
    assert target.name == "some_shop"
    assert sorted(parts(target)) == sorted(["about", *map(str, range(1, 91, 2))])
    assert list(outcomes(run)) == [
        "/s/some_shop",
        "/s/some_shop?before=51",
        "/s/some_shop?before=11",
    ]
    assert target.cursor.last_id == 89
    assert target.cursor.counters == {"subscribers": 12_500}
    assert RunSource.objects.get(run=run).done
    row = DocumentRow.objects.get(target=target, part="89")
    assert (row.title, row.text, row.views) == ("Лавка", "пост номер 89", 1200)
    capture = row.capture
    body = read_body(
        tmp_path / "evidence",
        Pointer(capture.warc_file, capture.warc_offset, capture.warc_length),
    )
    assert "пост номер 89" in body.decode()
    assert capture.warc_file.startswith("posts/")
    assert capture.egress == "preview"


def test_a_later_night_reads_what_is_new_and_sees_edits(
    night: Night, server: PreviewServer
) -> None:
    channel = shop().add(*range(1, 60))
    server.put(channel)
    night("some_shop")
    channel.posts[-2].text = "цены изменились"
    channel.add(61)
    run = night("some_shop")
    assert list(outcomes(run)) == ["/s/some_shop"]
    new = DocumentRow.objects.filter(capture__run=run)
    assert {row.part: row.text for row in new} == {"58": "цены изменились", "61": "пост номер 61"}
    assert count(run, "seen") == 18
    assert Target.objects.filter(kind="telegram").count() == 1
    assert Case.objects.count() == 1


def test_what_was_deleted_leaves_gaps_and_no_trouble(night: Night, server: PreviewServer) -> None:
    channel = shop().add(*range(1, 60))
    server.put(channel)
    night("some_shop")
    channel.posts = channel.posts[:30]
    night("some_shop")
    target = Target.objects.get(value="1158198424")
    assert target.cursor.last_id == 59
    channel.add(75)
    night("some_shop")
    assert parts(target)[-1] == "75"
    assert len(parts(target)) == 60


def test_a_failed_middle_page_is_read_on_the_next_night(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(*range(1, 60)))
    server.faults["/s/some_shop?before=40"] = [500] * 3
    night("some_shop")
    target = Target.objects.get(value="1158198424")
    assert target.cursor.last_id == 0
    night("some_shop")
    assert sorted(map(int, parts(target))) == list(range(1, 60))
    assert target.cursor.__class__.objects.get(target=target).last_id == 59


def test_a_page_limit_is_counted(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(*range(1, 101)))
    run = night("some_shop", max_pages=2)
    assert len(outcomes(run)) == 2
    assert count(run, "dropped", "posts beyond the page limit", "telegram:1158198424") == 1
    later = night("some_shop", max_pages=2)
    assert len(outcomes(later)) == 1


def test_text_of_posts_is_kept_as_text(night: Night, server: PreviewServer) -> None:
    text = '<img src=x onerror=alert(1)> {{7*7}} "quoted" \u202e'
    server.put(shop(posts=[FakePost(1, text)]))
    night("some_shop")
    assert DocumentRow.objects.get().text == text


def test_service_posts_and_bare_pictures_are_counted(night: Night, server: PreviewServer) -> None:
    server.put(
        shop(
            posts=[
                FakePost(1, "Channel created", service=True),
                FakePost(2, "", album=(2, 3)),
                FakePost(5, "текст"),
            ]
        )
    )
    run = night("some_shop")
    assert parts(Target.objects.get()) == ["5"]
    assert count(run, "skipped", "service post") == 1
    assert count(run, "skipped", "post without text or link") == 1


def test_forwards_lead_on_and_a_ring_is_read_once(night: Night, server: PreviewServer) -> None:
    ring = [shop(100 + n, f"ring_{n}") for n in range(4)]
    for n, channel in enumerate(ring):
        after = ring[(n + 1) % 4]
        channel.posts = [
            FakePost(1, "см. @" + ring[0].name, forward=(after.title, after.name)),
            FakePost(2, "и наш бот @ring_bot, видео https://video.example/x"),
        ]
    server.put(*ring)
    run = night("ring_0")
    assert set(outcomes(run)) == {f"/s/ring_{n}" for n in range(4)}
    whys = {s.target.name: s.why for s in RunSource.objects.filter(run=run)}
    assert whys == {"ring_0": "seed", "ring_1": "forward", "ring_2": "forward", "ring_3": "forward"}
    bot = CandidateRow.objects.filter(target__value="@ring_bot").first()
    assert bot is not None
    assert bot.parent == Target.objects.get(value="100")
    assert not Target.objects.filter(value__startswith="@ring_").exclude(value="@ring_bot").exists()


def test_sites_named_in_posts_become_candidates(night: Night, server: PreviewServer) -> None:
    server.put(shop(posts=[FakePost(1, buttons=(("Витрина", "http://shop.example/?a=1"),))]))
    run = night("some_shop")
    row = CandidateRow.objects.get(target__kind="host")
    assert (row.target.value, row.why, row.url) == (
        "shop.example",
        "mention",
        "http://shop.example/?a=1",
    )
    assert row.parent == Target.objects.get(value="1158198424")
    assert row.run == run


def test_invites_are_counted_and_never_asked_for(night: Night, server: PreviewServer) -> None:
    server.put(shop(posts=[FakePost(1, "вход https://t.me/+AbCdEf123456")]))
    run = night("some_shop")
    assert list(outcomes(run)) == ["/s/some_shop"]
    assert count(run, "skipped", "invite link, never joined") == 1
