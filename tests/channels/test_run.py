"""What a run makes of several channels: their order, how many, and whose trouble hurts whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from cases.models import Run, RunCount, RunSource
from channels.run import next_source
from channels.snowball.rings import Caps
from channels.visiting import Visitor
from domain.captures import Outcome
from tests.channels.pages import FakePost, landing_html, page_html
from tests.channels.previewserver import PreviewServer
from tests.channels.reading import Night, count, outcomes, shop
from tests.records import new_run

pytestmark = pytest.mark.django_db


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
    run = night("some_shop", caps=Caps(total=1))
    assert list(outcomes(run)) == ["/s/some_shop", "/s/origin_of_it"]
    assert count(run, "dropped", "channels over the night's limit") == 2
    later = night("some_shop", caps=Caps(total=1))
    assert list(outcomes(later)) == ["/s/some_shop", "/s/name_one"]


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


def test_reading_a_finished_run_again_asks_for_nothing(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1))
    run = night("some_shop")
    before = RunCount.objects.filter(run=run).count()
    served = sum(server.served.values())
    RunSource.objects.update(done=True)
    read_again = Run.objects.get(pk=run.pk)
    assert next_source(read_again, Caps()) is None
    assert sum(server.served.values()) == served
    assert RunCount.objects.filter(run=run).count() == before


def test_after_the_night_no_channel_is_begun(night: Night, server: PreviewServer) -> None:
    server.put(shop().add(1, "see @other_shop"), shop(2, "other_shop").add(1))
    run = new_run()
    run.started_at -= timedelta(days=2)
    run.save()
    night("some_shop", run=run, night_ends=("06:00", "Asia/Almaty"))
    assert outcomes(run) == {}
    assert count(run, "skipped", "the night is over") == 1
    assert not RunSource.objects.filter(run=run, done=False).exists()
