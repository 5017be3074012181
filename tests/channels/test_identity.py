from __future__ import annotations

import pytest

from cases import counts, identity, intake, runs
from cases.counts import CountKey
from cases.models import AuditEvent, CandidateRow, Case, Run, RunCount, RunSource, Target
from cases.moves import move
from channels.identity import settle, username_of
from channels.posts import ChannelInfo
from domain.candidates import Candidate, Why
from domain.states import CaseState
from domain.targets import TargetKind, telegram_key
from tests.records import new_run

pytestmark = pytest.mark.django_db

NUMBERED = telegram_key(numeric_id=1158198424)
NAMED = telegram_key("some_shop")
INFO = ChannelInfo("Лавка", "some_shop", 1158198424)


@pytest.fixture
def run() -> Run:
    return new_run()


def target(key: str = "@some_shop", name: str = "") -> Target:
    found = telegram_key(key) if key.startswith("@") else telegram_key(numeric_id=int(key))
    row, _ = intake.target_row(found, name=name)
    return row


def in_review(row: Target) -> Target:
    for state in (CaseState.ASSESSED, CaseState.IN_REVIEW):
        move(row.case.pk, state, actor="test", reason="set up")
    return row


def test_a_name_takes_its_number(run: Run) -> None:
    alias = target()
    counts.add(run.pk, "channels", {CountKey("telegram:@some_shop", "failed", "x"): 2})
    settled = settle(run.pk, alias, "some_shop", INFO).target
    assert (settled.pk, settled.key, settled.name) == (alias.pk, NUMBERED, "some_shop")
    assert RunCount.objects.get().source == "telegram:1158198424"
    event = AuditEvent.objects.get(action="target.identified")
    assert event.details == {"from": "telegram:@some_shop", "to": "telegram:1158198424"}


def test_a_merge_brings_everything_along_and_doubles_nothing(run: Run) -> None:
    known, alias, parent = target("1158198424", "some_shop"), target(), target("@parent_of_it")
    twice = [Candidate(key, Why.MENTION, parent=parent.key) for key in (NAMED, NUMBERED)]
    intake.note_candidates(run.pk, [*twice, Candidate(NAMED, Why.FORWARD, parent=parent.key)])
    intake.note_candidates(run.pk, [Candidate(telegram_key("child_of_it"), Why.LINK, parent=NAMED)])
    runs.add_source(run, NUMBERED, Why.FORWARD)
    runs.add_source(run, NAMED, Why.SEED, expect="no_preview", notes="asked for")
    for source, n in (("telegram:@some_shop", 1), ("telegram:1158198424", 2)):
        counts.add(run.pk, "channels", {CountKey(source, "seen"): n})

    assert settle(run.pk, alias, "some_shop", INFO).target == known

    assert not Target.objects.filter(value="@some_shop").exists()
    assert sorted(known.candidates.values_list("why", flat=True)) == ["forward", "mention"]
    assert CandidateRow.objects.get(target__value="@child_of_it").parent == known
    source = RunSource.objects.get(run=run)
    assert (source.target, source.why, source.expect) == (known, "seed", "no_preview")
    assert [(c.source, c.n) for c in RunCount.objects.all()] == [("telegram:1158198424", 3)]
    assert AuditEvent.objects.filter(action="target.merged").count() == 1


def test_the_case_with_a_history_is_kept(run: Run) -> None:
    known, alias = target("1158198424", "some_shop"), in_review(target())
    case = alias.case.pk
    assert settle(run.pk, alias, "some_shop", INFO).target == known
    kept = Case.objects.get(target=known)
    assert (kept.pk, kept.state) == (case, CaseState.IN_REVIEW)


def test_two_cases_with_a_history_stay_apart(run: Run) -> None:
    known, alias = in_review(target("1158198424", "some_shop")), in_review(target())
    assert identity.merge(alias, known, actor="test") is False
    assert Case.objects.filter(target__in=[known, alias]).count() == 2
    assert settle(run.pk, alias, "some_shop", INFO).target == known
    assert Target.objects.filter(pk=alias.pk).exists()


def test_a_page_without_number_speaks_of_whoever_bore_the_name(run: Run) -> None:
    known, alias, other = target("1158198424", "some_shop"), target(), target("@other_name")
    assert settle(run.pk, alias, "some_shop", None).target == known
    assert settle(run.pk, other, "other_name", None).target == other


def test_a_name_in_other_hands(run: Run) -> None:
    known = target("1158198424", "some_shop")
    settled = settle(run.pk, known, "some_shop", ChannelInfo("Другой", "some_shop", 777))
    assert settled.taken_over
    assert settled.target.value == "777"
    known.refresh_from_db()
    assert username_of(known) == ""
    assert identity.by_name(TargetKind.TELEGRAM, "Some_Shop") == settled.target
