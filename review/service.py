"""What a reviewer sees and does. Pages and commands call these functions alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from blocking import safeguards
from cases import decisions, proposals
from cases.models import AssessmentRow, Case, Person
from cases.people import DECIDERS, Role, person_called, require
from cases.proposed_verdicts import proposed_for
from domain.clock import Clock, utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.defang import defang, defang_prose
from domain.errors import AccessError, InputError
from review.blindness import is_blind
from review.channel_lines import channel_lines
from review.evidence import EvidenceView, evidence_of
from review.excerpts import Mark
from review.pages import (
    CaptureBytes,
    PageLine,
    assessed_pages,
    bytes_of,
    page_lines,
    queued_because,
)
from review.sentences import proposal_in_words, retold
from review.vocabulary import called

READERS = DECIDERS | {Role.AUDITOR}
_CARRIERS_SHOWN = 5
_LOOKS_SHOWN = 5
_LIKELIEST_SHOWN = 3
_PRICES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CarrierView:
    """A page or post that carries the verdict; ``marks`` are spans into ``text``.

    Where no page carries it (a case queued for its ties), these are the likeliest pages.
    """

    document_id: int
    url: str
    part: str
    title: str
    probability: float
    text: str
    marks: tuple[Mark, ...]
    evidence: CaptureBytes


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What somebody said of a case; ``jurisdiction`` is why this unit, empty but for a
    confirmation."""

    person: str
    verdict: str
    jurisdiction: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as a reviewer sees it; links are defanged. ``listed`` are its likeliest pages, of
    ``pages`` in all.

    ``prices`` are those of ``carriers``. ``proposed_verdicts`` come from decided cases of the same
    family, ``proposals``, with their numbers, from looking again. ``channel`` is what a channel's
    posts say of it, by name. ``verdicts`` stay empty until a reader of those who decide has given
    an own one (blind second review).
    """

    case_id: int
    target: str
    kind: str
    state: str
    score: float
    role: str
    substances: tuple[str, ...]
    regions: tuple[str, ...]
    langs: tuple[str, ...]
    pages: int
    found: tuple[str, ...]
    carriers: tuple[CarrierView, ...]
    indicators: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    proposed_verdicts: tuple[str, ...]
    verdicts: tuple[VerdictView, ...]
    evidence: tuple[EvidenceView, ...] = ()
    looks: tuple[str, ...] = ()
    proposals: tuple[tuple[int, str], ...] = ()
    because: str = ""
    channel: tuple[tuple[str, str], ...] = ()
    listed: tuple[PageLine, ...] = ()
    prices: tuple[str, ...] = ()


def next_case(person: Person) -> int | None:
    """The case that ``person`` should look at next, or None when the queue is empty."""
    require(person, DECIDERS, "decide cases")
    waiting = decisions.awaiting(person)
    return waiting[0] if waiting else None


def case_view(case_id: int, person: Person) -> CaseView:
    """Everything a reviewer needs to decide. Raises InputError when there is no such case."""
    case = readable_case(case_id, person)
    pages, likeliest = assessed_pages(case)
    rows = _carriers(case) or likeliest[:_LIKELIEST_SHOWN]
    return CaseView(
        case_id=case.pk,
        target=defang(case.target.name or case.target.value),
        kind=case.target.kind,
        state=case.state,
        score=case.score or 0.0,
        role=case.role,
        substances=tuple(case.substances),
        regions=tuple(case.regions),
        langs=tuple(case.langs),
        pages=pages,
        found=_found(case),
        carriers=tuple(_carrier(row) for row in rows),
        indicators=_indicators(rows),
        warnings=tuple(retold(str(finding)) for finding in safeguards.decision_warnings(case)),
        proposed_verdicts=tuple(defang_prose(retold(line)) for line in proposed_for(case)),
        verdicts=_verdicts(case, person),
        looks=_looks(case),
        proposals=tuple(
            (row.pk, proposal_in_words(row)) for row in proposals.standing_open().filter(case=case)
        ),
        evidence=evidence_of(case),
        because=queued_because(case),
        channel=channel_lines(case),
        listed=page_lines(likeliest),
        prices=_prices(rows),
    )


def readable_case(case_id: int, person: Person, what: str = "read cases") -> Case:
    """The case with its target. Raises InputError where there is none, AccessError where ``person``
    may not read cases, or not know of this one."""
    require(person, READERS, what)
    case = _case(case_id)
    if case.restricted:
        raise AccessError(f"case {case_id} is in the restricted queue")
    return case


def _carriers(case: Case) -> list[AssessmentRow]:
    rows = AssessmentRow.objects.filter(
        document_id__in=case.carriers, model=case.model, restricted=False
    )
    rows = rows.select_related("document__capture").order_by("-probability")
    return list(rows[:_CARRIERS_SHOWN])


def _case(case_id: int) -> Case:
    case = Case.objects.select_related("target").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    return case


def _found(case: Case) -> tuple[str, ...]:
    rows = case.target.candidates.select_related("parent__case").order_by("pk")[:10]
    return tuple(
        _("%(why)s, from %(parent)s")
        % {
            "why": called(row.why, "why"),
            "parent": defang(row.parent.name or row.parent.value),
        }
        if row.parent and not row.parent.case.restricted
        else called(row.why, "why")
        for row in rows
    )


def _looks(case: Case) -> tuple[str, ...]:
    """The last looks at a known case, newest first."""
    selling = {
        None: "%(day)s: %(result)s",
        True: _("%(day)s: %(result)s, selling"),
        False: _("%(day)s: %(result)s, not selling"),
    }
    return tuple(
        selling[row.selling]
        % {
            "day": date_format(timezone.localtime(row.at), "SHORT_DATE_FORMAT"),
            "result": called(row.result, "look"),
        }
        for row in case.checks.order_by("-at", "-pk")[:_LOOKS_SHOWN]
    )


def _carrier(row: AssessmentRow) -> CarrierView:
    document = row.document
    return CarrierView(
        document_id=document.pk,
        url=defang(document.capture.url),
        part=document.part,
        title=document.title,
        probability=row.probability,
        text=document.text,
        marks=tuple(Mark(s["start"], s["end"], s["kind"], s["weight"]) for s in row.spans),
        evidence=bytes_of(document.capture),
    )


def _prices(rows: list[AssessmentRow]) -> tuple[str, ...]:
    """Prices of the pages that carry the verdict, as they stand there, each once."""
    found: dict[str, None] = {}
    for row in rows:
        for price in row.prices:
            amount = price["amount"]
            digits = 0 if float(amount).is_integer() else 2
            said = f"{number_format(amount, digits, force_grouping=True)} {price['currency']}"
            found[f"{said} / {price['unit']}" if price["unit"] else said] = None
    return tuple(found)[:_PRICES_SHOWN]


def _indicators(rows: list[AssessmentRow]) -> tuple[tuple[str, str], ...]:
    found = {(entry["kind"], entry["value"]): None for row in rows for entry in row.indicators}
    return tuple(found)


def _verdicts(case: Case, person: Person) -> tuple[VerdictView, ...]:
    rows = list(
        case.decisions.filter(review_round=case.review_round)
        .select_related("person")
        .order_by("decided_at")
    )
    if (
        decisions.is_undecided(case)
        and not any(row.person_id == person.pk for row in rows)
        and is_blind(person)
    ):
        return ()
    return tuple(
        VerdictView(row.person.username, row.verdict, row.jurisdiction, row.reason, row.decided_at)
        for row in rows
    )


def confirm(
    case_id: int,
    person: Person,
    *,
    jurisdiction: Jurisdiction | None,
    reason: str = "",
    seconds: int = 0,
    clock: Clock = utc_now,
) -> Case:
    """A person says that the target sells drugs. The second such verdict confirms the case.

    Raises RuleError when a safeguard forbids it (a never-block hit without a written reason).
    """
    case = _case(case_id)
    safeguards.check_confirmable(case, reason)
    verdict = decisions.Verdict(VerdictKind.CONFIRM, reason, jurisdiction, seconds)
    return decisions.decide(case_id, person, verdict, clock=clock)


def dismiss(
    case_id: int,
    person: Person,
    *,
    reason: str,
    seconds: int = 0,
    drawn_share: float = 0.0,
    clock: Clock = utc_now,
) -> Case:
    """A person says that the target does not sell drugs. ``drawn_share`` (0 to 1) of such verdicts
    do not end a review: a second person looks first."""
    _case(case_id)
    verdict = decisions.Verdict(
        VerdictKind.DISMISS, reason, seconds=seconds, drawn_share=drawn_share
    )
    return decisions.decide(case_id, person, verdict, clock=clock)


def escalate(
    case_id: int, person: Person, *, reason: str, seconds: int = 0, clock: Clock = utc_now
) -> Case:
    """A person asks others to decide."""
    _case(case_id)
    verdict = decisions.Verdict(VerdictKind.ESCALATE, reason, seconds=seconds)
    return decisions.decide(case_id, person, verdict, clock=clock)


def end_hold(case_id: int, person: Person, *, reason: str, clock: Clock = utc_now) -> Case:
    """The owner of a hold, or a supervisor, ends it."""
    _case(case_id)
    return decisions.end_hold(case_id, person, reason, clock=clock)


def withdraw(case_id: int, person: Person, *, reason: str, clock: Clock = utc_now) -> Case:
    """A supervisor takes a confirmed or requested case back."""
    _case(case_id)
    return decisions.withdraw(case_id, person, reason, clock=clock)


def hold(
    case_id: int,
    person: Person,
    *,
    reason: str,
    until: datetime,
    seconds: int = 0,
    owner: str = "",
    clock: Clock = utc_now,
) -> Case:
    """A person keeps the case for an investigation until a date. Its owner, who may end it, is the
    person of that name; without one, whoever keeps it. Raises InputError for a strange owner."""
    _case(case_id)
    other = person_called(owner) if owner not in {"", person.username} else None
    verdict = decisions.Verdict(
        VerdictKind.HOLD, reason, seconds=seconds, hold_until=until, hold_owner=other
    )
    return decisions.decide(case_id, person, verdict, clock=clock)
