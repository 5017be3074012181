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

    from cases.models import Case
    from cases.people import Role, change_recipient
    from review import filters, leases, saved_searches
    from review.dossier import asking
    from review.dossier.members import of_case
    from review.dossier.wanting import Wanted
    from review.searches import Search
    from tests.people import person
    from tests.review.console.conftest import own
    from tests.review.console.whole.madeup import record

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    names = {
        "analyst1": Role.ANALYST, "analyst2": Role.ANALYST, "analyst3": Role.ANALYST,
        "supervisor1": Role.SUPERVISOR, "operator1": Role.OPERATOR, "auditor1": Role.AUDITOR,
        "regulator1": Role.REGULATOR, "admin1": Role.ADMINISTRATOR,
    }  # fmt: skip
    people = {name: own(person(name, role)) for name, role in names.items()}
    change_recipient(people["regulator1"], "regulator", actor="admin1")
    record.make(people)
    saved_searches.save(people["analyst1"], "Мефедрон в Алматы", Search("мефедрон"))
    filters.save(people["analyst1"], "Только сайты", leases.Wanted(kind="host"))
    case = Case.objects.filter(state="requested", restricted=False).earliest("pk")
    wanted = Wanted("Следственный отдел", "уголовное дело 12/34", "ru")
    asking.ask(of_case(case.pk, people["supervisor1"]), wanted, people["supervisor1"])
    keys = {name: session_of(one) for name, one in people.items()}
    for name in ("enrolling", "between"):
        keys[name] = by_password(own(person(name, Role.ANALYST)), device=name == "between")
    return keys


def first_night() -> int:
    """Twenty sellers that a night puts before people. How many wait."""
    return _found(
        [f"prodavec{number}" for number in range(20)], ["Алматы", "Астана", "Шымкент", "Актау"]
    )


def second_night() -> int:
    """Four sites of one operator more. How many wait."""
    return _found([f"zerkalo{number}" for number in range(4)], ["Алматы"], "@odin_hozyain")


def _found(names: list[str], cities: list[str], contact: str = "") -> int:
    from datetime import timedelta

    from domain.clock import utc_now
    from nightly.night import waiting_cases
    from tests.review.console.whole.madeup import record, texts
    from tests.review.console.whole.madeup.places import Place

    places = [
        Place(f"host:{name}.test", name, texts.SHOP, cities[at % len(cities)], 0, "",
              contact or f"@{name}_oper")
        for at, name in enumerate(names)
    ]  # fmt: skip
    record.night(places, utc_now() - timedelta(hours=1))
    return waiting_cases().count()


def poisoned() -> list[str]:
    """Poison the record and its index; the columns that were."""
    from django.conf import settings

    from cases.models import Case, Person
    from domain.clock import utc_now
    from index.embedded import EmbeddedEngine
    from index.feeding import sync
    from review.models import Note
    from tests.review.console.whole import poison

    for case in Case.objects.filter(state="in_review"):
        writer = Person.objects.get(username="analyst3")
        Note.objects.create(case=case, person=writer, at=utc_now(), text="a note")
    columns = poison.spread()
    sync(EmbeddedEngine(settings.NARCOWATCH.data_dir / "index"))
    return columns


def belonging(name: str, recipient: str) -> str:
    """Have a person of the regulator's group belong to a recipient."""
    from cases.people import change_recipient, person_called

    change_recipient(person_called(name), recipient, actor="admin1")
    return recipient


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


def released(*hosts: str) -> int:
    """Shops at ``hosts`` that two analysts confirmed, in a release for the recipient regulator."""
    from cases.people import Role
    from tests.people import person

    person("releaser", Role.SUPERVISOR)
    for number in (1, 2):
        person(f"decider{number}", Role.ANALYST)
    return released_again("", *hosts)


def released_again(gone: str, *hosts: str) -> int:
    """A further release by the same people, without the shop at ``gone`` and with those at
    ``hosts``. It is signed where settings say with what."""
    from django.conf import settings

    from blocking.apps import export_plan, seal_of
    from blocking.signing.sealing import seal
    from cases.decisions import Verdict, decide
    from cases.models import Case
    from cases.moves import move
    from cases.people import person_called
    from domain.clock import utc_now
    from domain.decisions import Jurisdiction, VerdictKind
    from domain.states import CaseState
    from tests.blocking.house import House
    from tests.index.shops import shop

    if gone:
        case = Case.objects.get(target__value=gone)
        move(case.pk, CaseState.WITHDRAWN, actor="test", reason="wrong")
    for host in hosts:
        case = shop(f"http://{host}/", "Здесь купить мефедрон")
        for number in (1, 2):
            verdict = Verdict(VerdictKind.CONFIRM, "seen", Jurisdiction.SELLS_IN)
            decide(case.pk, person_called(f"decider{number}"), verdict)
    plan = export_plan(settings.NARCOWATCH)
    house = House(plan, plan.protection(), utc_now, person_called("releaser"))
    export = house.release(house.build().export).export
    if how := seal_of(settings.NARCOWATCH):
        seal(export, plan, how)
    return export.number


def token(name: str, group: str, recipient: str = "") -> str:
    """A token of somebody new, with all scopes that the group may have."""
    from cases.people import Role, change_recipient
    from review import tokens
    from tests.people import person

    somebody = person(name, Role(group))
    if recipient:
        change_recipient(somebody, recipient, actor="test")
    scopes = [scope.value for scope in tokens.scopes_for(somebody)]
    return tokens.make(somebody, "a program", scopes, 7, most_days=90).secret


def evident() -> int:
    """A confirmed case with a page in the evidence store."""
    from django.conf import settings

    from cases import intake
    from cases.evidence import EvidenceWriter
    from cases.models import Case
    from cases.moves import move
    from domain.states import CaseState
    from tests.records import new_run, page

    run = new_run()
    writer = EvidenceWriter(settings.NARCOWATCH.data_dir / "evidence", run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page("http://shop.test/", "Мефедрон, клад")], writer)
    writer.close()
    case = Case.objects.get(target__value="shop.test")
    for state in (CaseState.ASSESSED, CaseState.IN_REVIEW, CaseState.CONFIRMED):
        move(case.pk, state, actor="test", reason="set up")
    return case.pk


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
