"""Every step of the tour ticks itself off when it is done, and not before; what is judged wrongly
is said. By the console's own services, over the record that the command makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as live
from django.urls import reverse
from django.utils import translation

from blocking import releases
from blocking.apps import export_plan
from blocking.models import Export, Order
from blocking.receipts import receive_answer
from cases import audit, undoing
from cases.crosscheck import contradictions
from cases.models import Case, Family, Person
from cases.sealing import check_all
from domain.clock import utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import InputError
from domain.orders import Answer, OrderState
from domain.receipts import Answered
from domain.states import CaseState
from review import families, notes, saved_searches, service
from review.apps import workshop_of
from review.demo import making, people, tour
from review.demo.content import made_up
from review.dossier import asking, members
from review.dossier.wanting import Wanted
from review.searches import Search
from tests.people import PASSWORD
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db
HERE = Jurisdiction.SELLS_IN


@pytest.fixture
def values(tmp_path: Path, settings):
    folder = tmp_path / "tour"
    folder.mkdir()
    (folder / "THIS-IS-A-DEMO").write_text("made up")
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": folder})
    apps.get_app_config("blocking").__dict__.pop("protection", None)
    return settings.NARCOWATCH


@pytest.fixture
def filled(values) -> tour.Tour:
    making.fill(values.data_dir, export_plan(values), PASSWORD)
    found = tour.tour_of(values.data_dir, production=False)
    assert found is not None
    return found


def named(name: str) -> Person:
    return Person.objects.get(username=name)


def done(found: tour.Tour) -> list[int]:
    return [step.number for step in tour.steps(found, named("analyst1")) if step.done]


def case_of(found: tour.Tour, slug: str) -> int:
    return found.cases[slug]


def test_the_record_holds_and_shows_what_the_console_has(filled: tour.Tour, values) -> None:
    assert audit.verify().holds
    assert contradictions() == []
    assert not check_all(values.data_dir / "evidence").problems
    assert len(filled.cases) == len(made_up())
    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {"in_review", "escalated", "on_hold", "dismissed", "requested", "withdrawn",
                      "screened_out", "unreachable"}  # fmt: skip
    assert set(Order.objects.values_list("state", flat=True)) == {
        OrderState.SENT, OrderState.ACCEPTED, OrderState.VERIFIED
    }  # fmt: skip
    assert list(Export.objects.order_by("number").values_list("state", flat=True)) == [
        "released", "built",
    ]  # fmt: skip
    family = Family.objects.get()
    assert family.cases.count() == 4
    assert done(filled) == []


def test_it_is_filled_once(filled: tour.Tour, values) -> None:
    with pytest.raises(InputError, match="no empty record"):
        making.fill(values.data_dir, export_plan(values), PASSWORD)


def test_every_step_ticks_itself_off(filled: tour.Tour, values) -> None:
    trainee, boss = named("analyst1"), named("supervisor1")
    service.dismiss(case_of(filled, "pharmacy"), trainee, reason="I do not like it")
    assert done(filled) == [], "that was not the reason"
    undoing.undo(case_of(filled, "pharmacy"), trainee, timedelta(minutes=1))
    assert done(filled) == [3]
    service.dismiss(case_of(filled, "pharmacy"), trainee, reason="аптека с лицензией")
    assert done(filled) == [2, 3]
    notes.write(case_of(filled, "news"), trainee, "news of an arrest")
    assert done(filled) == [2, 3, 4]
    service.escalate(case_of(filled, "tea"), trainee, reason="herbs?")
    assert done(filled) == [2, 3, 4, 5]
    service.confirm(case_of(filled, "dostavka"), trainee, jurisdiction=HERE)
    assert Case.objects.get(pk=case_of(filled, "dostavka")).state == CaseState.CONFIRMED
    assert 6 not in done(filled), "one of two"
    service.dismiss(case_of(filled, "forum"), trainee, reason="parents")
    assert done(filled) == [1, 2, 3, 4, 5, 6]
    family = Family.objects.get()
    mine = list(family.cases.values_list("pk", flat=True))
    families.decide_ticked(
        family.pk, mine[:3], trainee, VerdictKind.CONFIRM, reason="", jurisdiction=HERE
    )
    assert 7 not in done(filled)
    families.decide_ticked(
        family.pk, mine[3:], trainee, VerdictKind.CONFIRM, reason="", jurisdiction=HERE
    )
    assert 7 in done(filled)
    saved_searches.save(trainee, "mine", Search("клад"))
    assert 8 in done(filled)
    row = asking.ask(
        members.of_family(family.pk, trainee), Wanted("Investigators", "training", "kk"), trainee
    )
    asking.make_asked(row.pk, workshop_of(values))
    assert 9 in done(filled)
    plan = export_plan(values)
    export = Export.objects.get(state="built")
    releases.release(export, boss, plan, plan.protection())
    assert 10 in done(filled)
    order = Order.objects.filter(state=OrderState.SENT).first()
    assert order is not None
    said = Answered(1, order.request_id, Answer.ACCEPTED)
    receive_answer("regulator", said, named("regulator1"), once="x")
    assert done(filled) == [*range(1, 12)]


def test_what_was_judged_wrongly_is_said_with_why(filled: tour.Tour) -> None:
    trainee, other = named("analyst1"), named("analyst2")
    service.confirm(case_of(filled, "garden"), trainee, jurisdiction=HERE)
    service.dismiss(case_of(filled, "mandarin"), trainee, reason="fruit")
    service.confirm(case_of(filled, "aqqayin"), trainee, jurisdiction=HERE)
    service.confirm(case_of(filled, "tea"), other, jurisdiction=HERE)
    with translation.override("ru"):
        wrong, given = tour.misjudged(filled, trainee)
    assert given == 3
    assert [one.case_id for one in wrong] == [
        case_of(filled, "garden"), case_of(filled, "mandarin")
    ]  # fmt: skip
    assert wrong[0].why.startswith("Садовый центр")
    assert wrong[0].target == "sad-i-ogorod-kokshe[.]test"
    page = client_of(trainee).get(reverse("tour")).content.decode()
    assert "1 of 3 verdicts of yours are true" in page
    assert "shai-uyi-tour" not in page, "what others judged is theirs"
    assert "A garden centre" in page


def test_the_page_is_there_for_everybody_and_nowhere_else(filled: tour.Tour, values) -> None:
    for name in people.NAMES:
        page = client_of(named(name)).get(reverse("tour"))
        assert page.status_code == 200, name
        text = page.content.decode()
        assert "A tour with made-up data" in text
        assert (f'href="{reverse("own_exports")}"' in text) == (name == "regulator1")
    client = client_of(named("analyst1"))
    (values.data_dir / "THIS-IS-A-DEMO").unlink()
    assert client.get(reverse("tour")).status_code == 404


def test_there_is_none_in_production(filled: tour.Tour, values, settings) -> None:
    assert tour.tour_of(values.data_dir, production=True) is None
    settings.NARCOWATCH = values.model_copy(update={"production": True})
    assert client_of(named("analyst1")).get(reverse("tour")).status_code == 404


def test_a_step_is_linked_for_those_who_may(filled: tour.Tour) -> None:
    links = {
        name: [step.number for step in tour.steps(filled, named(name)) if step.link]
        for name in ("analyst1", "supervisor1", "regulator1", "operator1")
    }
    assert links["analyst1"] == [*range(1, 10)]
    assert links["supervisor1"] == [*range(1, 11)]
    assert links["regulator1"] == [11]
    assert links["operator1"] == []


def test_nothing_before_the_tour_counts(filled: tour.Tour) -> None:
    later = replace(filled, begun_at=(utc_now() + timedelta(hours=1)).isoformat(), event=10**9)
    service.dismiss(case_of(filled, "pharmacy"), named("analyst1"), reason="a pharmacy")
    assert done(later) == []
