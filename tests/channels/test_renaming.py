"""Which channel a visit speaks of, when names are changed, lost, taken over or doubled."""

from __future__ import annotations

import pytest

from cases import runs
from cases.models import AuditEvent, CandidateRow, Capture, Case, RunSource, Target
from cases.moves import move
from channels.models import ChannelCursor
from domain.candidates import Why
from domain.captures import Outcome
from domain.states import CaseState
from tests.channels.pages import FakeChannel, page_html
from tests.channels.previewserver import HOST, PreviewServer
from tests.channels.reading import Night, count, outcomes, parts, shop
from tests.records import new_run

pytestmark = pytest.mark.django_db


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


def test_posts_without_a_number_are_not_taken_for_a_known_channels(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1, 2))
    night("some_shop")
    target = Target.objects.get()
    others = FakeChannel("some_shop", 999, "Детский сад", "Пишите @teacher_of_all")
    server.put(others.add(*range(10, 15)))
    server.drift = {"data-view": "data-v2"}
    recheck = new_run()
    runs.add_source(recheck, target.key, Why.RECHECK)
    for run in (night("some_shop"), night(run=recheck)):
        assert outcomes(run) == {"/s/some_shop": "layout_changed"}
        assert Capture.objects.get(run=run).target == target
        assert count(run, "skipped", "post of a page that is not believed") == 5
        assert count(run, "noticed", "posts deleted") == 0
        assert RunSource.objects.get(run=run).done
    assert parts(target) == ["1", "2"]
    assert not Target.objects.filter(value="@teacher_of_all").exists()
    assert ChannelCursor.objects.get().last_id == 2
    server.drift = {}
    night("some_shop")
    assert sorted(parts(Target.objects.get(value="999"))) == ["10", "11", "12", "13", "14", "about"]
    assert parts(target) == ["1", "2"]


def test_a_middle_page_without_a_number_is_not_taken_either(
    night: Night, server: PreviewServer
) -> None:
    channel = shop().add(*range(1, 41))
    server.put(channel)
    bare = page_html(channel, 21).replace("data-view", "data-v2")
    server.faults["/s/some_shop?before=21"] = [bare]
    run = night("some_shop")
    assert outcomes(run)["/s/some_shop?before=21"] == "layout_changed"
    assert sorted(map(int, parts(Target.objects.get()))) == list(range(21, 41))
    night("some_shop")
    assert sorted(map(int, parts(Target.objects.get()))) == list(range(1, 41))


def test_a_description_without_posts_is_not_taken_for_a_known_channels(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop(description="Лавка").add(1))
    night("some_shop")
    server.put(FakeChannel("some_shop", 999, "Детский сад", "Пишите @teacher_of_all"))
    run = night("some_shop")
    assert outcomes(run) == {"/s/some_shop": "empty"}
    assert parts(Target.objects.get()) == ["about", "1"]
    assert not Target.objects.filter(value="@teacher_of_all").exists()


@pytest.mark.parametrize("due", [("101", "202", "303"), ("303", "101"), ("101",)])
def test_channels_that_swap_their_names_are_found_under_those_set_free(
    night: Night, server: PreviewServer, due: tuple[str, ...]
) -> None:
    names = dict(zip(("101", "202", "303"), ("name_a", "name_b", "name_c"), strict=True))
    server.put(*(shop(int(number), name).add(1, 2) for number, name in names.items()))
    night(*names.values())
    server.channels.clear()
    swapped = {"101": "name_b", "202": "name_c", "303": "name_a"}
    server.put(*(shop(int(number), name).add(1, 2, 3) for number, name in swapped.items()))
    run = new_run()
    for number in due:
        runs.add_source(run, Target.objects.get(value=number).key, Why.RECHECK)
    night(run=run)
    targets = {one.value: one for one in Target.objects.all()}
    assert {number: one.name for number, one in targets.items()} == swapped
    assert [len(parts(one)) for one in targets.values()] == [3, 3, 3]
    assert len(outcomes(run)) == 3
    assert not RunSource.objects.filter(run=run, done=False).exists()


def test_a_name_set_free_is_asked_for_only_where_a_channel_has_lost_its_own(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop().add(1))
    night("some_shop")
    server.channels.clear()
    server.put(shop(name="new_name").add(1, 2))
    assert list(outcomes(night("new_name"))) == ["/s/new_name"]


def test_a_name_set_free_that_nobody_has_ends_the_search(
    night: Night, server: PreviewServer
) -> None:
    server.put(shop(101, "name_a").add(1), shop(202, "name_b").add(1))
    night("name_a", "name_b")
    server.channels.clear()
    server.put(shop(202, "name_a").add(1, 2))
    run = new_run()
    runs.add_source(run, Target.objects.get(value="101").key, Why.RECHECK)
    night(run=run)
    assert outcomes(run)["/name_b"] == "no_such_name"
    assert Target.objects.get(value="101").name == "101"
    assert parts(Target.objects.get(value="202")) == ["1", "2"]
    assert not RunSource.objects.filter(run=run, done=False).exists()
