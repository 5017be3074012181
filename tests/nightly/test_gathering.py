"""What is found after the night is over waits for another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from cases import counts, intake
from cases.counts import CountKey
from cases.models import Target
from domain.candidates import Candidate, Why
from domain.clock import utc_now
from domain.errors import BoundaryError
from domain.seeds import SeedList
from domain.targets import site_key
from nightly.apps import plan_of
from nightly.gathering import check_tor, gather_sites
from nightly.night import Night
from nightly.progress import Quiet
from tests.records import new_run

pytestmark = pytest.mark.django_db


def test_nothing_new_is_taken_in_after_the_night() -> None:
    run = new_run()
    found = Candidate(site_key("http://found.test/"), Why.LINK, url="http://found.test/")
    intake.note_candidates(run.pk, [found])
    plan = replace(plan_of(settings.NARCOWATCH), night_ends=("06:00", "Asia/Almaty"))
    later = utc_now() + timedelta(days=2)
    night = Night(run, plan, SeedList((), (), ""), Quiet(), clock=lambda: later)
    counted = gather_sites(night)
    assert counted[("skipped", "waits for another night")] == 1
    assert not Target.objects.get(value="found.test").visits.exists(), "another run may look at it"


@pytest.mark.parametrize(("required", "silent"), [(True, True), (True, False), (False, True)])
def test_a_silent_tor_fails_the_night_where_it_is_required(required: bool, silent: bool) -> None:
    run = new_run()
    if silent:
        counts.add(run.pk, "crawl", {CountKey("", "failed", "tor_down"): 1})
    plan = replace(plan_of(settings.NARCOWATCH), tor_required=required)
    night = Night(run, plan, SeedList((), (), ""), Quiet())
    if required and silent:
        with pytest.raises(BoundaryError, match="no Tor client answers"):
            check_tor(night)
    else:
        assert check_tor(night) == {}
