"""What is asked of the console, page by page: each yields one answer after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import urlencode

from django.db.models import Count

from bench.console.asking import Answer, Asking
from bench.record.texts import ASKED
from blocking.models import BlockingRequest, Export, Receipt
from cases.models import Case, Family, Person
from review.models import Lease

Tour = Callable[[Random], Iterator[Answer]]
_FACETS = ("", "&state=in_review", "&kind=telegram&lang=ru", "&region=KZ-75&substance=cathinones")


def _as(name: str, **more: object) -> Asking:
    asking = Asking(Person.objects.get(username=name), more)
    asking.sign_in()
    return asking


def deciding(draw: Random) -> Iterator[Answer]:
    """A verdict, and nothing else."""
    yield from (decided for _, decided, _ in _shift(draw, {}))


def next_case(draw: Random) -> Iterator[Answer]:
    """The page of the case after a verdict."""
    yield from (shown for shown, _, _ in _shift(draw, {}))


def next_ahead(draw: Random) -> Iterator[Answer]:
    """The case after the one at hand, fetched while that is looked at."""
    yield from (ahead for _, _, ahead in _shift(draw, {}))


def next_of_few(draw: Random) -> Iterator[Answer]:
    """The next case of a filter that few cases fit."""
    yield from (shown for shown, _, _ in _shift(draw, {"region": "KZ-62", "lang": "kk"}))


def next_of_many(draw: Random) -> Iterator[Answer]:
    """The next case of a filter that many cases fit."""
    yield from (shown for shown, _, _ in _shift(draw, {"region": "KZ-75", "substance": "cannabis"}))


def _shift(draw: Random, wanted: dict[str, str]) -> Iterator[tuple[Answer, Answer, Answer]]:
    """One analyst after another decides: page, verdict, the case ahead."""
    for number in draw.sample(range(1, 41), 40):
        somebody = _as(f"analyst{number}", wanted=wanted)
        for _ in range(5):
            shown = somebody.get("/queue")
            lease = Lease.objects.filter(person=somebody.person).first()
            if lease is None:
                yield shown, somebody.post("/queue/undo"), shown
                continue
            ahead = somebody.post("/queue/ahead", case=lease.case_id)
            verdict = draw.choice(("confirm", "dismiss"))
            given = {"verdict": verdict, "jurisdiction": "sells_in", "reason": "seen", "seconds": 9}
            yield shown, somebody.post(f"/cases/{lease.case_id}/decide", **given), ahead
            Lease.objects.filter(person=somebody.person).delete()


def cases(draw: Random) -> Iterator[Answer]:
    """Any case that people were asked about."""
    yield from _of_cases(draw, "/cases/{}")


def histories(draw: Random) -> Iterator[Answer]:
    """What was fetched of such a case."""
    yield from _of_cases(draw, "/cases/{}/history")


def largest_cases(draw: Random) -> Iterator[Answer]:
    """The cases with most captures."""
    somebody = _as("supervisor1")
    rows = Case.objects.filter(restricted=False, review_round__gte=1)
    rows = rows.annotate(n=Count("target__captures")).order_by("-n")
    for number in [*rows.values_list("pk", flat=True)[:20]] * 3:
        yield somebody.get(f"/cases/{number}")


def _of_cases(draw: Random, address: str) -> Iterator[Answer]:
    somebody = _as("supervisor1")
    rows = Case.objects.filter(restricted=False, review_round__gte=1)
    numbers = [*rows.values_list("pk", flat=True)]
    while True:
        yield somebody.get(address.format(draw.choice(numbers)))


def families(draw: Random) -> Iterator[Answer]:
    """Any family of two and more."""
    somebody = _as("supervisor1")
    rows = Family.objects.annotate(n=Count("cases")).filter(n__gte=2)
    numbers = [*rows.values_list("pk", flat=True)]
    while True:
        yield somebody.get(f"/families/{draw.choice(numbers)}")


def searches(draw: Random) -> Iterator[Answer]:
    """A search, narrowed or not, any of the first pages."""
    somebody = _as("analyst1")
    while True:
        asked = urlencode({"q": draw.choice((*ASKED, "")), "page": draw.choice((1, 1, 2, 9))})
        yield somebody.get(f"/search?{asked}{draw.choice(_FACETS)}")


def _always(who: str, *addresses: str) -> Tour:
    def tour(draw: Random) -> Iterator[Answer]:
        somebody = _as(who)
        while True:
            yield somebody.get(draw.choice(addresses))

    return tour


def _each(who: str, address: str, model: type) -> Tour:
    def tour(draw: Random) -> Iterator[Answer]:
        somebody = _as(who)
        numbers = [*model._default_manager.order_by("pk").values_list("pk", flat=True)[:5_000]]
        while True:
            yield somebody.get(address.format(draw.choice(numbers)))

    return tour


TOURS: dict[str, Tour] = {
    "queue: next case": next_case,
    "queue: ahead": next_ahead,
    "queue: verdict": deciding,
    "queue: filter of few": next_of_few,
    "queue: filter of many": next_of_many,
    "case": cases,
    "case: largest": largest_cases,
    "history": histories,
    "family": families,
    "search": searches,
    "overview": _always("supervisor1", *(f"/overview?weeks={n}" for n in (4, 12, 26, 52))),
    "second review": _always("supervisor1", *(f"/second-review?days={n}" for n in (30, 90, 365))),
    "audit": _always("auditor1", "/audit", "/audit?before=500"),
    "audit: by actor": _always("auditor1", "/audit?actor=analyst3", "/audit?actor=system:assess"),
    "audit: by action": _always("auditor1", "/audit?action=decision.", "/audit?action=case.lifted"),
    "requests": _always("analyst1", "/requests", "/requests?page=9", "/requests?state=verified"),
    "requests: by address": _always("analyst1", "/requests?begins=shop1", "/requests?begins=zz"),
    "request": _each("analyst1", "/requests/{}", BlockingRequest),
    "exports": _always("supervisor1", "/exports"),
    "export": _each("supervisor1", "/exports/{}", Export),
    "receipts": _always("supervisor1", "/receipts"),
    "receipt": _each("supervisor1", "/receipts/{}", Receipt),
    "people": _always("administrator1", "/people"),
}
