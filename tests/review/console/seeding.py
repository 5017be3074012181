"""Fills a record in a process of its own: ``python -m tests.review.console.seeding NAME …``.

Prints what was made as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from cases.models import Person


def waiting(count: str) -> list[int]:
    """Cases of so many shops, all in review."""
    from domain.states import CaseState
    from tests.records import case_in

    return [case_in(CaseState.IN_REVIEW, f"host:shop{n}.test").pk for n in range(int(count))]


def people(*pairs: str) -> list[str]:
    """People as NAME:GROUP, all with the password of the tests."""
    from cases.people import Role
    from tests.people import person

    return [
        person(name, Role(role)).username for name, _, role in (p.partition(":") for p in pairs)
    ]


def indexed(*hosts: str) -> list[int]:
    """Cases of shops at ``hosts``, in review, with the index over them."""
    from django.conf import settings

    from index.embedded import EmbeddedEngine
    from index.feeding import sync
    from tests.index.shops import shop

    cases = [shop(f"http://{host}/", "Здесь купить мефедрон").pk for host in hosts]
    sync(EmbeddedEngine(settings.NARCOWATCH.data_dir / "index"))
    return cases


def watched(address: str) -> int:
    """A search that is told to ``address`` by mail, and one hit that is new to it."""
    from django.conf import settings

    from cases.people import Role
    from index.embedded import EmbeddedEngine
    from index.feeding import sync
    from review import saved_searches
    from review.alerts.plan import Way
    from review.apps import alert_plan
    from review.searches import Search
    from tests.index.shops import shop
    from tests.people import person

    values = settings.NARCOWATCH
    engine = EmbeddedEngine(values.data_dir / "index")
    saved = saved_searches.save(person("analyst1", Role.ANALYST), "a", Search("мефедрон"))
    saved_searches.switch(saved, Way.MAIL, address, alert_plan(values), lambda: engine)
    shop()
    sync(engine)
    return saved.pk


def made_up() -> dict[str, str]:
    """The made-up record with its people. The key of a session of each of them, by name."""
    from django.conf import settings

    from cases.people import Role, change_recipient
    from review import filters, leases, saved_searches
    from review.searches import Search
    from tests.people import person
    from tests.review.console.conftest import own
    from tests.review.console.whole.madeup import record

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    names = {
        "aigerim": Role.ANALYST, "marat": Role.ANALYST, "dana": Role.ANALYST,
        "saule": Role.SUPERVISOR, "operator1": Role.OPERATOR, "auditor1": Role.AUDITOR,
        "regulator1": Role.REGULATOR, "admin1": Role.ADMINISTRATOR,
    }  # fmt: skip
    people = {name: own(person(name, role)) for name, role in names.items()}
    change_recipient(people["regulator1"], "regulator", actor="admin1")
    record.make(people)
    saved_searches.save(people["aigerim"], "Мефедрон в Алматы", Search("мефедрон"))
    filters.save(people["aigerim"], "Только сайты", leases.Wanted(kind="host"))
    keys = {name: session_of(one) for name, one in people.items()}
    for name in ("enrolling", "between"):
        keys[name] = by_password(own(person(name, Role.ANALYST)), device=name == "between")
    return keys


def session_of(somebody: Person) -> str:
    """The key of a session in which ``somebody`` has given password and code."""
    from tests.review.console.conftest import client_of

    return client_of(somebody).cookies["narcowatch_session"].value


def by_password(somebody: Person, *, device: bool) -> str:
    """The key of a session in which ``somebody`` has given the password alone."""
    from django.test import Client
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from review.console.account import BEGAN

    if device:
        TOTPDevice.objects.create(user=somebody, confirmed=True, name="test")
    client = Client()
    client.force_login(somebody, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[BEGAN] = time.time()
    session.save()
    return client.cookies["narcowatch_session"].value


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
