from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from cases import audit, runs
from cases.evidence import Pointer, read_body
from cases.models import (
    AuditEvent,
    CandidateRow,
    Capture,
    Case,
    DocumentRow,
    Run,
    RunCount,
    RunSource,
    Target,
)
from cases.moves import move
from channels import run as running
from channels.discovery import Platforms
from channels.models import ChannelCursor
from channels.options import Options
from channels.run import read_channels
from channels.visiting import Visitor
from channels.wire import Pace
from domain.candidates import Why
from domain.captures import Outcome
from domain.seeds import parse_seeds
from domain.states import CaseState
from tests.channels.pages import FakeChannel, FakePost, landing_html, page_html
from tests.channels.previewserver import HOST, PreviewServer
from tests.channels.test_preview import QUICK, net_config
from tests.records import new_run

pytestmark = pytest.mark.django_db

Night = Callable[..., Run]


@pytest.fixture
def night(server: PreviewServer, tmp_path: Path) -> Night:
    """Reads channels from seeds in a run, a new one unless one is given, and checks its numbers."""

    def read(*names: str, run: Run | None = None, **more: Any) -> Run:
        run = run or new_run()
        seeds = parse_seeds("".join(f'[[channel]]\nname = "{n}"\n' for n in names).encode())
        assert len(seeds.seeds) == len(names)
        runs.add_seeds(run, list(seeds.seeds))
        values: dict[str, Any] = {
            "net": net_config(server.address, timeout_s=5),
            "pace": Pace(0.0, 1_000_000, QUICK),
            "base_url": f"http://{HOST}/s/",
            "max_pages": 10,
            "max_new_channels": 50,
            "platforms": Platforms(frozenset({"video.example"})),
            "evidence_root": tmp_path / "evidence",
            "rotate_bytes": 1 << 20,
            "journals": tmp_path / "journals",
        }
        before = sum(server.served.values())
        read_channels(run, Options(**{**values, **more}))
        served = sum(server.served.values()) - before
        assert sum(Capture.objects.filter(run=run).values_list("requests", flat=True)) == served
        assert count(run, "refetched") == 0
        assert audit.verify().holds
        return run

    return read


def count(run: Run, name: str, reason: str = "", source: str | None = None) -> int:
    rows = RunCount.objects.filter(run=run, stage="channels", name=name)
    if reason:
        rows = rows.filter(reason=reason)
    if source is not None:
        rows = rows.filter(source=source)
    return sum(rows.values_list("n", flat=True))


def outcomes(run: Run) -> dict[str, str]:
    rows = Capture.objects.filter(run=run).order_by("pk")
    return {row.url.removeprefix(f"http://{HOST}"): row.outcome for row in rows}


def parts(target: Target) -> list[str]:
    return list(
        DocumentRow.objects.filter(target=target).order_by("pk").values_list("part", flat=1)
    )


def shop(number: int = 1158198424, name: str = "some_shop", **more: Any) -> FakeChannel:
    return FakeChannel(name, number, **more)


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


def test_what_is_found_is_bounded_and_the_likelier_is_read(
    night: Night, server: PreviewServer
) -> None:
    seed = shop(posts=[FakePost(1, "@name_one @name_two", forward=("x", "origin_of_it"))])
    server.put(
        seed,
        *(
            shop(n, name).add(1)
            for n, name in enumerate(("name_one", "name_two", "origin_of_it"), 200)
        ),
    )
    run = night("some_shop", max_new_channels=1)
    assert list(outcomes(run)) == ["/s/some_shop", "/s/origin_of_it"]
    assert count(run, "dropped", "channels over the night's limit") == 2
    later = night("some_shop", max_new_channels=1)
    assert list(outcomes(later)) == ["/s/some_shop", "/s/name_one"]


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


def test_failures_are_outcomes_of_their_channel(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1), shop(2, "drifted_one").add(1, 2), shop(3, "empty_one"))
    server.faults["/s/drifted_one"] = [page_html(shop().add(1)).replace("data-post", "data-p")]
    server.landings["closed_group"] = landing_html("closed_group", extra="5 members")
    run = night("drifted_one", "empty_one", "closed_group", "nobody_here", "some_shop")
    assert outcomes(run) == {
        "/s/drifted_one": Outcome.LAYOUT_CHANGED,
        "/s/empty_one": Outcome.EMPTY,
        "/s/closed_group": Outcome.REDIRECT,
        "/closed_group": Outcome.NO_PREVIEW,
        "/s/nobody_here": Outcome.REDIRECT,
        "/nobody_here": Outcome.NO_SUCH_NAME,
        "/s/some_shop": Outcome.OK,
    }
    assert not RunSource.objects.filter(run=run, done=False).exists()


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


def test_one_channels_bug_does_not_stop_the_others(
    night: Night, server: PreviewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(shop().add(1), shop(2, "other_shop").add(1))
    real = Visitor.visit

    def visit(self: Visitor, source: RunSource) -> Outcome | None:
        if source.target.value == "@some_shop":
            raise ValueError("a bug")
        return real(self, source)

    monkeypatch.setattr(Visitor, "visit", visit)
    run = night("some_shop", "other_shop")
    assert list(outcomes(run)) == ["/s/other_shop"]
    assert count(run, "failed", "error: ValueError", "telegram:@some_shop") == 1
    assert not RunSource.objects.filter(run=run, done=False).exists()


def test_trouble_with_the_record_stops_everything(
    night: Night, server: PreviewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit(self: Visitor, source: RunSource) -> Outcome | None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(Visitor, "visit", visit)
    with pytest.raises(DatabaseError):
        night("some_shop")
    assert RunSource.objects.filter(done=False).count() == 1


def test_a_host_that_throttles_is_left_alone(night: Night, server: PreviewServer) -> None:
    names = [f"channel_{n}" for n in range(9)]
    for name in names:
        server.faults[f"/s/{name}"] = [429] * 9
    run = night(*names)
    assert list(outcomes(run).values()) == [Outcome.THROTTLED] * 5
    assert sum(server.served.values()) == 15
    assert count(run, "failed", "not reached: the preview host does not answer") == 4


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


def test_reading_a_finished_run_again_asks_for_nothing(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1))
    run = night("some_shop")
    before = RunCount.objects.filter(run=run).count()
    served = sum(server.served.values())
    RunSource.objects.update(done=True)
    read_again = Run.objects.get(pk=run.pk)
    assert running.next_source(read_again, 50) is None
    assert sum(server.served.values()) == served
    assert RunCount.objects.filter(run=run).count() == before


# Identity


def test_a_renamed_channel_stays_one_target(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1, 2))
    night("some_shop")
    case = Case.objects.get()
    server.channels["new_name"] = shop(name="new_name").add(1, 2, 3)
    del server.channels["some_shop"]
    run = night("new_name")
    target = Target.objects.get(value="1158198424")
    assert target.name == "new_name"
    assert target.case == case
    assert parts(target) == ["1", "2", "3"]
    assert list(outcomes(run)) == ["/s/new_name"]
    assert RunSource.objects.get(run=run).target == target
    assert AuditEvent.objects.filter(action="target.renamed").count() == 1


def test_a_lost_username_speaks_of_the_channel_that_had_it(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1))
    night("some_shop")
    del server.channels["some_shop"]
    run = night("some_shop")
    target = Target.objects.get(kind="telegram")
    assert target.value == "1158198424"
    captured = Capture.objects.get(run=run, outcome=Outcome.NO_SUCH_NAME)
    assert captured.target == target
    assert RunSource.objects.get(run=run).target == target


def test_a_username_taken_over_is_a_new_target(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1, 2))
    night("some_shop")
    server.put(shop(number=777_000_111).add(1))
    run = night("some_shop")
    old, new = Target.objects.get(value="1158198424"), Target.objects.get(value="777000111")
    assert (old.name, new.name) == ("1158198424", "some_shop")
    assert parts(old) == ["1", "2"]
    assert parts(new) == ["1"]
    assert new.case != old.case
    assert RunSource.objects.get(run=run).target == new


def test_a_recheck_finds_that_the_username_was_taken_over(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(*range(1, 50)))
    night("some_shop")
    old = Target.objects.get()
    server.put(shop(number=777_000_111).add(*range(1, 30)))
    run = new_run()
    runs.add_source(run, old.key, Why.RECHECK)
    night(run=run)
    new = Target.objects.get(value="777000111")
    assert sorted(map(int, parts(new))) == list(range(1, 30))
    assert len(parts(old)) == 49
    assert count(run, "failed", source="telegram:1158198424") == 1
    assert not RunSource.objects.filter(run=run, done=False).exists()
    candidate = CandidateRow.objects.get(target=new)
    assert candidate.parent_id == old.pk


def test_a_case_that_people_have_moved_survives_the_merge(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1))
    night("some_shop")
    case = Case.objects.get()
    for state in (CaseState.ASSESSED, CaseState.IN_REVIEW):
        move(case.pk, state, actor="test", reason="set up")
    night("some_shop")
    kept = Case.objects.get()
    assert (kept.pk, kept.state) == (case.pk, CaseState.IN_REVIEW)


def test_a_seed_and_a_recheck_of_one_channel_are_one_visit(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1))
    night("some_shop")
    run = new_run()
    runs.add_source(run, Target.objects.get().key, Why.RECHECK)
    night("some_shop", run=run)
    source = RunSource.objects.get(run=run)
    assert (source.why, source.done) == ("seed", True)
    assert list(outcomes(run)) == ["/s/some_shop"]


def test_a_second_name_of_a_channel_read_already_is_the_same_target(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1))
    server.redirects["/s/second_name"] = f"http://{HOST}/s/some_shop?x=1"
    server.redirects["/s/some_shop?x=1"] = f"http://{HOST}/s/some_shop"
    run = new_run()
    night("second_name", run=run)
    target = Target.objects.get()
    assert (target.value, target.name) == ("1158198424", "some_shop")
    assert ChannelCursor.objects.get().last_id == 1
    assert len(outcomes(run)) == 3
