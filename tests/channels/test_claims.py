"""Which channels are left to accounts, and which account gets which."""

from __future__ import annotations

import pytest

from cases import runs
from cases.models import Run, RunCount, RunSource, Target
from channels.accounts import pool
from channels.claims import claim, leave
from channels.models import AccountPeer, TelegramAccount, Wanted
from channels.posts import Batch, Fetch
from channels.snowball.rings import Caps
from channels.waiting import next_source
from channels.wanted import hand_over, release, reopen
from domain.candidates import Why
from domain.captures import Outcome
from domain.clock import utc_now
from domain.targets import telegram_key
from tests.records import new_run

pytestmark = pytest.mark.django_db


def account(name: str, user: int) -> TelegramAccount:
    pool.enlist(name, user, actor="operator:test")
    return TelegramAccount.objects.get(name=name)


def knows(row: TelegramAccount, number: int) -> None:
    AccountPeer.objects.create(account=row, numeric_id=number, access_hash=1)


def ended(outcome: Outcome, *, by_account: bool = False) -> Batch:
    return Batch((Fetch("http://preview.test/x", utc_now(), outcome),), by_account=by_account)


@pytest.fixture
def run() -> Run:
    return new_run()


def source(run: Run, number: int, why: Why = Why.SEED, *, left: bool = True) -> Target:
    key = telegram_key(numeric_id=number)
    runs.add_source(run, key, why)
    target = Target.objects.get(value=str(number))
    if left:
        assert hand_over(run, target, ended(Outcome.NO_PREVIEW, by_account=True))
    return target


def claimed(run: Run, name: str, *, resolves: bool = True) -> str | None:
    found = claim(run, name, resolves=resolves)
    return found.target.value if found else None


def test_each_channel_is_claimed_once_seeds_first(run: Run) -> None:
    account("one", 1)
    source(run, 10, Why.MENTION)
    source(run, 11)
    assert claimed(run, "one") == "11"
    assert claimed(run, "two") == "10"
    assert claimed(run, "one") is None
    release(run, "two")
    assert claimed(run, "one") == "10"


def test_an_account_without_resolves_gets_what_it_knows(run: Run) -> None:
    knows(account("one", 1), 11)
    source(run, 10)
    source(run, 11)
    assert claimed(run, "one", resolves=False) == "11"
    assert claimed(run, "one", resolves=False) is None


def test_what_another_account_knows_comes_last(run: Run) -> None:
    one = account("one", 1)
    account("two", 2)
    knows(one, 10)
    source(run, 10)
    source(run, 11, Why.MENTION)
    assert claimed(run, "two") == "11"
    assert claimed(run, "two") == "10"


def test_names_that_are_gone_are_for_accounts_that_know_the_number(run: Run) -> None:
    one = account("one", 1)
    target = source(run, 10, left=False)
    assert not hand_over(run, target, ended(Outcome.NO_SUCH_NAME))
    knows(one, 10)
    assert hand_over(run, target, ended(Outcome.NO_SUCH_NAME))
    assert claimed(run, "two") is None
    assert claimed(run, "one") == "10"
    pool.retire("one", pool.Reason.BANNED, _NoVault(), actor="operator:test")  # type: ignore[arg-type]
    assert not hand_over(run, target, None)


def test_what_an_account_knows_is_left_to_it_where_the_previews_host_is_silent(run: Run) -> None:
    one = account("one", 1)
    known, unknown = source(run, 10, left=False), source(run, 11, left=False)
    knows(one, 10)
    for outcome in (Outcome.THROTTLED, Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.DNS):
        assert hand_over(run, known, ended(outcome))
        assert not hand_over(run, unknown, ended(outcome))
    assert not hand_over(run, known, ended(Outcome.EMPTY))


class _NoVault:
    def remove(self, name: str) -> None:
        """There is no session."""


def test_other_ends_are_nobodys(run: Run) -> None:
    target = source(run, 10, left=False)
    for outcome in (Outcome.OK, Outcome.NO_PREVIEW, Outcome.THROTTLED, Outcome.EMPTY):
        assert not hand_over(run, target, ended(outcome))


def test_the_preview_leaves_them_alone_until_they_are_done(run: Run) -> None:
    source(run, 10)
    assert next_source(run, Caps(total=5)) is None
    assert leave(run) == 1
    assert not RunSource.objects.filter(done=False).exists()
    counted = RunCount.objects.get(reason="waits for an account")
    assert (counted.source, counted.n) == ("telegram:10", 1)
    reopen(run)
    assert claimed(run, "one") == "10"
    Wanted.objects.all().delete()
    leave(run)
    counted.refresh_from_db()
    assert counted.n == 0


def test_what_waited_in_vain_is_taken_up_by_the_next_night(run: Run) -> None:
    from cases import intake
    from channels.models import ChannelCursor
    from domain.candidates import Candidate

    key = telegram_key(numeric_id=10)
    intake.note_candidates(run.pk, [Candidate(key, Why.MENTION, priority=0.7)])
    target = source(run, 10, Why.MENTION)
    ChannelCursor.objects.create(target=target)
    leave(run)
    later = new_run()
    found = next_source(later, Caps(total=5))
    assert found is not None
    assert found.target == target
