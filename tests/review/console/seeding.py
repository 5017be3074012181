"""Fills a record in a process of its own: ``python -m tests.review.console.seeding NAME …``.

Prints what was made as JSON.
"""

from __future__ import annotations

import json
import sys

import django


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
