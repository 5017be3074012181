"""What all cases of a dossier come to: what is sold, for how much, and over which contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases import cards
from cases.cardkeys import CardKeys, Unreadable
from cases.models import AssessmentRow, CardNumber, Case
from domain.clock import iso
from domain.errors import InputError
from review.dossier.facts import Indicator, Price, Summary

MOST_INDICATORS, MOST_PRICES = 300, 60


@dataclass(slots=True)
class _Seen:
    """When something was captured, and in which cases."""

    first: datetime
    last: datetime
    cases: set[int] = field(default_factory=set)

    def again(self, at: datetime, case_id: int) -> None:
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.cases.add(case_id)


def summary_of(cases: Sequence[Case], *, open_cards: bool = False) -> Summary:
    """The summary of ``cases``. Card numbers are masked unless ``open_cards``; raises InputError
    where they are wanted and cannot be opened."""
    prices: dict[tuple[str, str], list[float]] = defaultdict(list)
    seen: dict[tuple[str, str], _Seen] = {}
    for case in cases:
        for row in _assessed(case):
            at = row.document.capture.fetched_at
            for price in row.prices:
                prices[price["currency"], price["unit"]].append(float(price["amount"]))
            for entry in row.indicators:
                _note(seen, entry["kind"], entry["value"], at, case.pk)
    for value, at, case_id in _cards(cases, open_cards=open_cards):
        _note(seen, "card", value, at, case_id)
    found = sorted(seen, key=lambda key: (-len(seen[key].cases), key))
    return Summary(
        roles=_ranked(case.role for case in cases if case.role),
        substances=_ranked(code for case in cases for code in case.substances),
        regions=_ranked(code for case in cases for code in case.regions),
        langs=_ranked(code for case in cases for code in case.langs),
        prices=tuple(_prices(prices))[:MOST_PRICES],
        indicators=tuple(_indicator(key, seen[key]) for key in found[:MOST_INDICATORS]),
        indicators_left_out=max(0, len(found) - MOST_INDICATORS),
    )


def _assessed(case: Case) -> Iterator[AssessmentRow]:
    rows = AssessmentRow.objects.filter(
        document__target=case.target_id, model=case.model, restricted=False
    )
    return rows.select_related("document__capture").defer("spans", "document__text").iterator()


def _note(
    seen: dict[tuple[str, str], _Seen], kind: str, value: str, at: datetime, case_id: int
) -> None:
    seen.setdefault((kind, value), _Seen(at, at)).again(at, case_id)


def _cards(cases: Collection[Case], *, open_cards: bool) -> Iterator[tuple[str, datetime, int]]:
    of_case = {case.target_id: case.pk for case in cases}
    rows = CardNumber.objects.filter(
        document__target__in=[*of_case], document__capture__erased_at=None
    )
    ring = cards.keys() if open_cards else None
    for row in rows.select_related("document__capture").defer("document__text").order_by("pk"):
        value = row.shown if ring is None else _opened(row, ring)
        yield value, row.document.capture.fetched_at, of_case[row.document.target_id]


def _opened(row: CardNumber, ring: CardKeys) -> str:
    try:
        return ring.open(row.mac, bytes(row.sealed))
    except Unreadable as error:
        raise InputError(f"card numbers cannot be shown: {error}") from None


def _ranked(codes: Iterable[str]) -> tuple[str, ...]:
    """The most frequent first."""
    counted: dict[str, int] = defaultdict(int)
    for code in codes:
        counted[code] += 1
    return tuple(sorted(counted, key=lambda code: (-counted[code], code)))


def _prices(found: dict[tuple[str, str], list[float]]) -> list[Price]:
    """The most frequent first."""
    ranked = sorted(found, key=lambda key: (-len(found[key]), key))
    return [
        Price(currency, unit, min(found[currency, unit]), max(found[currency, unit]),
              len(found[currency, unit]))
        for currency, unit in ranked
    ]  # fmt: skip


def _indicator(key: tuple[str, str], seen: _Seen) -> Indicator:
    return Indicator(*key, iso(seen.first), iso(seen.last), tuple(sorted(seen.cases)))
