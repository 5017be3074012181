"""Tokens: who gets which, what ends them, and what is kept of them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import audit
from cases.models import AuditEvent, Person
from cases.people import Role, change_group, change_password, change_recipient, switch
from domain.clock import utc_now
from domain.errors import AccessError, InputError
from review import tokens
from review.models import Token
from review.tokens import Scope
from tests.people import person

pytestmark = pytest.mark.django_db
R, S = Role, Scope
RECIPIENT = {S.EXPORTS_READ, S.ORDERS_READ, S.RECEIPTS_READ, S.RECEIPTS_WRITE, S.APPEALS_READ}
# Written by hand from what each group is for, not from the code.
MAY = {
    R.ANALYST: {S.CASES_READ, S.SEARCH_READ, S.OVERVIEW_READ},
    R.SUPERVISOR: {
        S.CASES_READ,
        S.SEARCH_READ,
        S.OVERVIEW_READ,
        S.RECONCILIATION_READ,
        S.AUDIT_READ,
    },
    R.AUDITOR: {
        S.CASES_READ,
        S.SEARCH_READ,
        S.OVERVIEW_READ,
        S.RECONCILIATION_READ,
        S.AUDIT_READ,
    },
    R.OPERATOR: {S.OVERVIEW_READ, S.RECONCILIATION_READ},
    R.ADMINISTRATOR: {S.OVERVIEW_READ},
    R.REGULATOR: RECIPIENT,
}


def make(somebody: Person, *scopes: str, days: int = 7, **more) -> tokens.Made:
    return tokens.make(somebody, "a program", scopes, days, most_days=90, **more)


@pytest.fixture
def analyst1(db: None) -> Person:
    return person("analyst1", Role.ANALYST)


@pytest.mark.parametrize(("role", "scope"), list(itertools.product(R, S)))
def test_every_scope_by_every_group(role: Role, scope: Scope) -> None:
    somebody = person("somebody", role)
    assert (scope in tokens.scopes_for(somebody)) == (scope in MAY[role])
    if scope in MAY[role]:
        grant = tokens.grant_of(make(somebody, scope).secret)
        assert grant is not None
        assert [one for one in S if grant.allows(one)] == [scope]
    else:
        with pytest.raises(AccessError):
            make(somebody, scope)
        assert not Token.objects.exists()


def test_nothing_is_kept_of_the_secret(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ)
    secret = made.secret.rpartition(made.token.key + "_")[2]
    assert len(secret) >= 43  # 256 bits
    kept = [str(value) for row in Token.objects.values() for value in row.values()]
    kept += [str(event.details) + event.subject for event in AuditEvent.objects.all()]
    assert not any(secret in value for value in kept)


def test_making_and_withdrawing_are_in_the_chain(analyst1: Person) -> None:
    made = make(analyst1, S.SEARCH_READ, S.CASES_READ)
    tokens.withdraw(made.token.pk, analyst1)
    events = list(AuditEvent.objects.filter(subject=f"token:{made.token.pk}").order_by("seq"))
    assert [event.action for event in events] == ["token.made", "token.withdrawn"]
    assert events[0].details["scopes"] == ["cases:read", "search:read"]
    assert {event.actor for event in events} == {"analyst1"}
    assert audit.verify().holds


@pytest.mark.parametrize(
    ("name", "scopes", "days", "error"),
    [
        ("", [S.CASES_READ], 1, InputError),
        ("x" * 61, [S.CASES_READ], 1, InputError),
        ("a\u202eb", [S.CASES_READ], 1, InputError),
        ("a", [], 1, InputError),
        ("a", ["cases:decide"], 1, AccessError),
        ("a", [S.CASES_READ, S.RECEIPTS_WRITE], 1, AccessError),
        ("a", [S.CASES_READ], 0, InputError),
        ("a", [S.CASES_READ], 91, InputError),
    ],
)
def test_what_is_refused(analyst1: Person, name: str, scopes: list[str], days: int, error) -> None:
    with pytest.raises(error):
        tokens.make(analyst1, name, scopes, days, most_days=90)


def test_nobody_has_more_than_the_most(analyst1: Person) -> None:
    made = [make(analyst1, S.CASES_READ) for _ in range(tokens.MOST_TOKENS)]
    with pytest.raises(AccessError):
        make(analyst1, S.CASES_READ)
    tokens.withdraw(made[0].token.pk, analyst1)
    make(analyst1, S.CASES_READ)


def test_a_token_ends_at_its_time(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ, days=1)
    end = made.token.ends_at

    def at(moment: datetime):
        return tokens.grant_of(made.secret, clock=lambda: moment)

    assert at(end - timedelta(seconds=1)) is not None
    assert at(end) is None


def another_group(somebody: Person) -> None:
    change_group(somebody, Role.SUPERVISOR, actor="admin")
    change_group(somebody, Role.ANALYST, actor="admin")


def off_and_on(somebody: Person) -> None:
    switch(somebody, active=False, actor="admin")
    switch(somebody, active=True, actor="admin")


@pytest.mark.parametrize("what", [another_group, off_and_on])
def test_what_befalls_its_owner_ends_it_for_good(analyst1: Person, what) -> None:
    before = make(analyst1, S.CASES_READ).secret
    what(analyst1)
    assert tokens.grant_of(before) is None
    assert [bool(line.dead) for line in tokens.own(analyst1)] == [True]
    assert tokens.all_lines() == ()
    assert tokens.grant_of(make(analyst1, S.CASES_READ).secret) is not None


def test_another_recipient_ends_it_and_another_password_does_not() -> None:
    somebody = person("regulator1", Role.REGULATOR)
    before = make(somebody, S.EXPORTS_READ).secret
    change_password(somebody, "a wholly other one 4", actor="regulator1")
    assert tokens.grant_of(before) is not None
    change_recipient(somebody, "resolver", actor="admin")
    assert tokens.grant_of(before) is None


def test_a_group_that_changed_behind_the_services_back_gives_no_more(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ)
    analyst1.groups.clear()
    grant = tokens.grant_of(made.secret)
    assert grant is not None
    assert not any(grant.allows(scope) for scope in S)


def test_wrong_ones_are_good_for_nothing(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ)
    other = make(analyst1, S.CASES_READ)
    head, _, secret = made.secret.rpartition("_")
    wrong = [
        "", "_", "nwt", head, f"{head}_", f"{head}_{secret[:-1]}", f"{head}_{secret}x",
        f"x{made.secret}", f"nwt_{other.token.key}_{secret}", f"nwt_{'0' * 12}_{secret}",
        f"{head}_{other.token.digest}",
    ]  # fmt: skip
    assert [tokens.grant_of(one) for one in wrong] == [None] * len(wrong)


def test_own_ones_alone_are_withdrawn_but_by_administrators(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ)
    for stranger in (person("supervisor1", Role.SUPERVISOR), person("analyst2", Role.ANALYST)):
        with pytest.raises(InputError):
            tokens.withdraw(made.token.pk, stranger)
        with pytest.raises(AccessError):
            tokens.everybodys(stranger)
    admin = person("admin1", Role.ADMINISTRATOR)
    assert [line.owner for line in tokens.everybodys(admin)] == ["analyst1"]
    tokens.withdraw(made.token.pk, admin)
    assert tokens.grant_of(made.secret) is None
    assert Token.objects.get().withdrawn_by == "admin1"
    with pytest.raises(InputError):
        tokens.withdraw(made.token.pk, admin)


def test_use_is_noted_once_a_minute(analyst1: Person) -> None:
    made, now = make(analyst1, S.CASES_READ), utc_now()
    for seconds, noted in ((0, 0), (59, 0), (61, 61)):
        tokens.grant_of(made.secret, clock=lambda s=seconds: now + timedelta(seconds=s))
        assert Token.objects.get().last_used_at == now + timedelta(seconds=noted)


def test_a_token_costs_the_same_queries_whatever_there_is(analyst1: Person) -> None:
    made = make(analyst1, S.CASES_READ)
    tokens.grant_of(made.secret)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert tokens.grant_of(made.secret) is not None
        return len(queries)

    few = cost()
    for number in range(10):
        make(person(f"analyst{number + 2}", Role.ANALYST), S.CASES_READ)
    assert cost() == few <= 3
