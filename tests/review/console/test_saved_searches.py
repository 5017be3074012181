"""Searches that people keep: their own, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse

from cases.models import AuditEvent, Person
from cases.people import Role
from domain.clock import utc_now
from index.embedded import EmbeddedEngine
from index.feeding import sync
from review import saved_searches
from review.models import Alert, KnownHit, SavedSearch
from tests.index.shops import shop
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db
ASKS = "q=%D0%BC%D0%B5%D1%84&state=in_review&kind=host&since=2026-01-01"


@pytest.fixture
def house(tmp_path: Path, settings) -> Path:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(
        update={
            "data_dir": tmp_path,
            "review": live.NARCOWATCH.review.model_copy(
                update={
                    "mail_host": "127.0.0.1",
                    "mail_sender": "narcowatch@unit.test",
                    "mail_domains": ("unit.test",),
                    "webhook_hosts": ("*.hooks.test",),
                }
            ),
        }
    )
    return tmp_path


def save(client: Client, name: str = "Меф в хостах", asks: str = ASKS):
    return client.post(reverse("save_search"), {"name": name, "asks": asks})


def alert(client: Client, pk: int, way: str, address: str = ""):
    return client.post(reverse("alert_search", args=[pk]), {"way": way, "address": address})


def test_one_is_kept_opened_renamed_and_deleted(house: Path, analyst1: Person) -> None:
    client = client_of(analyst1)
    answer = save(client)
    kept = SavedSearch.objects.get()
    assert answer["Location"] == reverse("saved_search", args=[kept.pk])
    listing = client.get(reverse("saved_searches")).content.decode()
    assert "Меф в хостах" in listing
    assert f"{reverse('search')}?{ASKS.replace('&', '&amp;')}" in listing
    client.post(reverse("rename_search", args=[kept.pk]), {"name": "  мой   "})
    kept.refresh_from_db()
    assert (kept.name, kept.asks) == ("мой", ASKS)
    assert "мой" in client.get(reverse("saved_search", args=[kept.pk])).content.decode()
    client.post(reverse("delete_search", args=[kept.pk]))
    assert not SavedSearch.objects.exists()


def test_nobody_gets_to_somebody_elses(house: Path, analyst1: Person, client_in) -> None:
    save(client_of(analyst1))
    kept = SavedSearch.objects.get()
    for other in (client_in(Role.SUPERVISOR), client_in(Role.AUDITOR)):
        assert other.get(reverse("saved_search", args=[kept.pk])).status_code == 404
        for name, given in (
            ("rename_search", {"name": "mine"}),
            ("delete_search", {}),
            ("alert_search", {"way": "off"}),
        ):
            assert other.post(reverse(name, args=[kept.pk]), given).status_code == 404
        assert "Меф в хостах" not in other.get(reverse("saved_searches")).content.decode()
    kept.refresh_from_db()
    assert kept.name == "Меф в хостах"


def test_names_and_searches_that_are_none_are_refused(house: Path, analyst1: Person) -> None:
    client = client_of(analyst1)
    save(client)
    for name, asks, said in (
        ("", ASKS, "A name has 1 to 100"),
        ("x" * 101, ASKS, "A name has 1 to 100"),
        ("Меф в хостах", "q=a", "You have a search of this name."),
        ("other", "q=(a", "has no partner"),
        ("other", "q=a&kind=person", "no value of the filter"),
    ):
        answer = save(client, name, asks)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert SavedSearch.objects.count() == 1


def test_there_is_a_bound(house: Path, analyst1: Person, monkeypatch) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 2)
    client = client_of(analyst1)
    assert [save(client, name).status_code for name in ("a", "b", "c")] == [302, 302, 422]


def test_a_name_is_shown_as_text(house: Path, analyst1: Person) -> None:
    client = client_of(analyst1)
    save(client, "<img src=x onerror=alert(1)>")
    assert "<img" not in client.get(reverse("saved_searches")).content.decode()


def test_an_alert_begins_with_what_is_there(house: Path, analyst1: Person) -> None:
    shop()
    sync(EmbeddedEngine(house / "index"))
    client = client_of(analyst1)
    save(client, asks="q=мефедрон")
    kept = SavedSearch.objects.get()
    assert alert(client, kept.pk, "mail", "one@unit.test").status_code == 302
    kept.refresh_from_db()
    assert (kept.alert, kept.address) == ("mail", "one@unit.test")
    assert KnownHit.objects.filter(search=kept).count() == 1
    Alert.objects.create(search=kept, made_at=utc_now(), cases={"1": 1})
    (house / "index" / "format.json").write_text("{}")  # switching off needs no engine
    assert alert(client, kept.pk, "off").status_code == 302
    kept.refresh_from_db()
    assert (kept.alert, kept.address) == ("off", "")
    told = AuditEvent.objects.filter(action="search.alert_set").values_list("details", flat=True)
    assert [*told] == [{"way": "mail", "to": "unit.test"}, {"way": "off", "to": ""}]
    assert not Alert.objects.exists(), "nothing is told of a search that was switched off"


@pytest.mark.parametrize(
    ("way", "address", "said"),
    [
        ("mail", "one@elsewhere.test", "does not let mail go to this domain"),
        ("mail", "one@sub.unit.test", "does not let mail go to this domain"),
        ("mail", "no address", "no e-mail address"),
        ("mail", "one@unit.test\nBcc: two@evil.test", "no e-mail address"),
        ("webhook", "http://a.hooks.test/x", "is an https:// address"),
        ("webhook", "https://u:p@a.hooks.test/x", "is an https:// address"),
        ("webhook", "https://a.hooks.test:0/", "is an https:// address"),
        ("webhook", "https://a.hooks.test/ x", "is an https:// address"),
        ("webhook", "https://[::1", "is an https:// address"),
        ("webhook", "https://hooks.test/x", "does not let webhooks go to this host"),
        ("webhook", "https://127.0.0.1/x", "does not let webhooks go to this host"),
        ("webhook", "https://a.hooks.test.evil.test/", "does not let webhooks go to this host"),
        ("pigeon", "https://a.hooks.test/x", "do not go this way"),
    ],
)
def test_alerts_go_nowhere_else(
    house: Path, analyst1: Person, way: str, address: str, said: str
) -> None:
    EmbeddedEngine(house / "index")
    client = client_of(analyst1)
    save(client)
    kept = SavedSearch.objects.get()
    answer = alert(client, kept.pk, way, address)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    kept.refresh_from_db()
    assert kept.alert == "off"


def test_without_an_index_no_alert_begins(house: Path, analyst1: Person) -> None:
    client = client_of(analyst1)
    save(client)
    kept = SavedSearch.objects.get()
    assert alert(client, kept.pk, "mail", "one@unit.test").status_code == 503
    kept.refresh_from_db()
    assert kept.alert == "off"


def test_what_is_not_set_up_is_not_offered(analyst1: Person) -> None:
    client = client_of(analyst1)
    save(client)
    kept = SavedSearch.objects.get()
    text = client.get(reverse("saved_search", args=[kept.pk])).content.decode()
    assert "neither mail nor webhooks" in text
    assert alert(client, kept.pk, "mail", "one@unit.test").status_code in {422, 503}
