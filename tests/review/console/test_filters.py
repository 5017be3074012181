"""The queue gives what was asked for, and each keeps filters of their own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import Case, Person
from domain.errors import InputError
from domain.states import CaseState
from review import filters
from review.leases import Wanted
from review.models import SavedFilter
from tests.records import case_in
from tests.review.console.conftest import client_of
from tests.review.console.test_queue import shown

pytestmark = pytest.mark.django_db


def described(key: str, **values: object) -> int:
    case = case_in(CaseState.IN_REVIEW, key)
    Case.objects.filter(pk=case.pk).update(**values)
    return case.pk


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "telegram"}, 1),
        ({"lang": "kk"}, 2),
        ({"region": "KZ-75"}, 2),
        ({"substance": "mdma"}, 3),
        ({"substance": "mdma", "lang": "kk"}, None),
        ({"lang": "k"}, None),
        ({"state": "escalated"}, None),
        ({}, 0),
    ],
)
def test_only_what_was_asked_for_is_given(
    asked: dict[str, str], found: int | None, analyst1: Person
) -> None:
    cases = [
        described("host:plain.test"),
        described("telegram:@shop_one"),
        described("host:kazakh.test", langs=["kk", "mixed"], regions=["KZ-75"]),
        described("host:pills.test", substances=["cannabis", "mdma"]),
    ]
    client = client_of(analyst1)
    client.post(reverse("filter"), asked)
    assert shown(client) == (None if found is None else cases[found])


def test_a_filter_is_kept_under_its_name_and_used_again(analyst1: Person) -> None:
    described("host:plain.test")
    kazakh = described("host:kazakh.test", langs=["kk"])
    client = client_of(analyst1)
    client.post(reverse("filter"), {"lang": "kk", "name": "  На   казахском "})
    client.post(reverse("filter"), {"kind": "onion"})
    assert shown(client) is None
    (kept,) = SavedFilter.objects.all()
    assert (kept.name, kept.person) == ("На казахском", analyst1)
    client.post(reverse("use_filter", args=[kept.pk]))
    assert shown(client) == kazakh
    client.post(reverse("delete_filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


def test_nobody_uses_or_deletes_anothers(analyst1: Person, analyst2: Person) -> None:
    kept = filters.save(analyst1, "mine", Wanted(lang="kk"))
    client = client_of(analyst2)
    for name in ("use_filter", "delete_filter"):
        assert client.post(reverse(name, args=[kept.pk])).status_code == 404
    assert SavedFilter.objects.filter(pk=kept.pk).exists()


def test_what_is_no_filter_is_refused(analyst1: Person) -> None:
    for values in ({"state": "confirmed"}, {"lang": "k" * 61}, {"lang": 'kk" or 1'}):
        with pytest.raises(InputError):
            filters.wanted_from(values)
    for name in ("", " ", "x" * 61):
        with pytest.raises(InputError, match="1 to 60"):
            filters.save(analyst1, name, Wanted())
    for number in range(filters.MOST):
        filters.save(analyst1, str(number), Wanted())
    with pytest.raises(InputError, match="more than 50"):
        filters.save(analyst1, "one more", Wanted())
    filters.save(analyst1, "7", Wanted(lang="ru"))
