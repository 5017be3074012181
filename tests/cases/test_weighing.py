"""The worth that the queue is read off follows from what the record knows of each case."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.decisions import awaiting
from cases.models import Capture, Case, ChannelFacts, Family
from cases.moves import move
from cases.weighing import weigh
from domain.channel_profiles import Activity, ChannelProfile
from domain.states import CaseState
from tests import people
from tests.records import NOON, case_in, new_run

pytestmark = pytest.mark.django_db


def clock():
    return NOON + timedelta(days=30)


def scored(name: str, score: float = 0.8) -> Case:
    case = case_in(CaseState.IN_REVIEW, name)
    case.score, case.opened_at = score, NOON
    case.save()
    return case


def seen(case: Case, when: datetime) -> None:
    Capture.objects.create(
        run=new_run(), target=case.target, url="http://x/", url_hash="0", fetched_at=when,
        egress="direct", outcome="ok", retention="pages",
    )  # fmt: skip


def order() -> list[str]:
    by_number = {case.pk: case.target.value for case in Case.objects.select_related("target")}
    return [by_number[number] for number in awaiting(people.analyst())]


def test_the_queue_follows_worth_and_not_the_score_alone() -> None:
    scored("host:old.test", 0.9)
    seen(scored("host:fresh.test", 0.85), clock())
    assert weigh(clock=clock) == 2
    assert order() == ["fresh.test", "old.test"]
    assert weigh(clock=clock) == 0, "nothing has changed since"


def test_readers_families_and_lapsed_blocks_weigh() -> None:
    plain, family = scored("host:plain.test"), Family.objects.create(founded_at=NOON)
    channel = scored("telegram:@shop_one")
    profile = ChannelProfile(Activity.ACTIVE, 1, 1, 1, 1, counters=(("subscribers", 10_000),))
    ChannelFacts.objects.create(
        case=channel, activity=Activity.ACTIVE, profile=profile.as_json(), made_at=NOON
    )
    twins = [scored(f"host:twin{n}.test") for n in range(2)]
    Case.objects.filter(pk__in=[twin.pk for twin in twins]).update(family=family)
    lapsed = scored("host:lapsed.test")
    for state in ("confirmed", "requested", "expired", "in_review"):
        move(lapsed.pk, CaseState(state), actor="test", reason="x", clock=lambda: NOON)
    weigh(clock=clock)
    worth = dict(Case.objects.values_list("pk", "worth"))
    assert worth[plain.pk] == pytest.approx(0.4)
    assert worth[channel.pk] > worth[plain.pk]
    assert worth[twins[0].pk] > worth[plain.pk]
    assert worth[lapsed.pk] == pytest.approx(0.6)
