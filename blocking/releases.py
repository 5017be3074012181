"""Releasing an export: a supervisor lets it out of the house, after the gate has looked again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from blocking.current import as_entry, requests_in_force, untouchable
from blocking.drafts import in_force, last_release
from blocking.files import exclusive, point_to
from blocking.findings import Code, Finding
from blocking.gate import Gate
from blocking.manifest import verify
from blocking.models import Export, ExportEntry, Order
from blocking.orders import Step, move
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.states import ExportState
from blocking.withholding import withhold
from cases import audit
from cases.models import DecisionRow, Person, Proposal
from cases.people import RELEASERS, require
from domain.clock import Clock, utc_now
from domain.decisions import VerdictKind
from domain.errors import GateError, InputError, RuleError
from domain.orders import STANDING, OrderState
from domain.rechecks import ProposalKind, ProposalState

_MAX_DIGITS = 9
_LIFTED = frozenset({OrderState.LIFT_SENT, OrderState.LIFT_EXECUTED})


@dataclass(frozen=True, slots=True)
class Released:
    """A release and what it did to the orders: new ones, ones sent anew, liftings sent."""

    export: Export
    sent: int
    sent_again: int
    lifted: int


def find(name: str) -> Export:
    """The export called ``RECIPIENT/NUMBER``. Raises InputError."""
    recipient, _, number = name.rpartition("/")
    export = None
    if number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS:
        export = Export.objects.filter(recipient=recipient, number=int(number)).first()
    if export is None:
        raise InputError(f"there is no export {name!r}: write RECIPIENT/NUMBER")
    return export


def release(
    export: Export,
    person: Person,
    plan: ExportPlan,
    protection: Protection,
    *,
    clock: Clock = utc_now,
) -> Released:
    """Release ``export`` and open its orders. Addresses that do not bear a block any more are
    withheld before.

    Raises AccessError when ``person`` may not, RuleError when the export does not wait for
    release, GateError (with every finding) when something has changed since it was built that
    must keep it in the house. The export then stays built, and may be released later or never.
    A release that was killed before ``current`` pointed to it is mended by asking for it again.
    """
    require(person, RELEASERS, "release exports")
    parent = plan.folder / export.recipient
    with exclusive(parent, f"the export for {export.recipient}"):
        if last := last_release(export.recipient):
            point_to(parent, str(last.number))  # a kill may have come before it did
        withhold(plan.rules, clock=clock)
        try:
            released = _release(export.pk, person, plan, protection, clock)
        except GateError as error:
            _record_refusal(export, person, error, clock)
            raise
        point_to(parent, str(export.number))
    return released


def look(
    export: Export,
    person: Person,
    plan: ExportPlan,
    protection: Protection,
    *,
    clock: Clock = utc_now,
) -> list[Finding]:
    """What would keep ``export`` in the house if ``person`` released it now. Nothing is changed."""
    return _findings(export, person, plan, protection, clock)


@transaction.atomic
def _release(
    export_id: int, person: Person, plan: ExportPlan, protection: Protection, clock: Clock
) -> Released:
    export = Export.objects.select_for_update().get(pk=export_id)
    if export.state != ExportState.BUILT:
        raise RuleError(f"export {export} does not wait for release: it is {export.state}")
    findings = _findings(export, person, plan, protection, clock)
    if findings:
        raise GateError(
            f"export {export} must not be released ({len(findings)} findings):",
            tuple(str(finding) for finding in findings),
        )
    export.state = ExportState.RELEASED
    export.released_at, export.released_by = clock(), person
    export.save(update_fields=["state", "released_at", "released_by"])
    sent, again, lifted = _open_orders(export, person, clock)
    audit.append(
        "export.released",
        f"export:{export.recipient}/{export.number}",
        actor=person.username,
        details={
            "manifest_sha256": export.manifest_sha256,
            "entries": export.entry_count,
            "sent": sent,
            "sent_again": again,
            "lift_sent": lifted,
        },
        clock=clock,
    )
    return Released(export, sent, again, lifted)


def _findings(
    export: Export, person: Person, plan: ExportPlan, protection: Protection, clock: Clock
) -> list[Finding]:
    last = last_release(export.recipient)
    found = _chain(export, last) + _files(export, plan)
    rows = list(ExportEntry.objects.filter(export=export).select_related("request").order_by("pk"))
    allowed = set(requests_in_force(clock()).values_list("pk", flat=True))
    for row in rows:
        if row.request_id not in allowed:
            subject = f"{row.request.scope}:{row.request.sort_key}"
            message = f"its case {row.request.case_id} does not stand requested any more"
            found.append(Finding(Code.NOT_REQUESTED, subject, message))
    before = in_force(last, (str(row.request_id) for row in rows), clock())
    found.extend(_own(rows, person, before.ids if before else frozenset()))
    entries = [as_entry(row.request, subdomains=row.subdomains) for row in rows]
    gate = Gate(protection, plan.limits, untouchable())
    return [*found, *gate.check(entries, export.number, before)]


def _own(rows: list[ExportEntry], person: Person, before: frozenset[str]) -> list[Finding]:
    """What the release would add and ``person`` has confirmed or had renewed: nobody approves their
    own."""
    confirmed = DecisionRow.objects.filter(person=person, verdict=VerdictKind.CONFIRM)
    own = set(confirmed.values_list("case_id", "review_round"))
    renewed = Proposal.objects.filter(
        kind=ProposalKind.EXPIRING, state=ProposalState.ACCEPTED, closed_by=person
    )
    had_renewed = set(renewed.values_list("case_id", flat=True))
    name, found = person.username, list[Finding]()
    for row in rows:
        request = row.request
        mine = (request.case_id, request.review_round) in own
        mine |= request.renewal > 0 and request.case_id in had_renewed
        if mine and str(request.pk) not in before:
            subject = f"{request.scope}:{request.sort_key}"
            message = f"{name} confirmed case {request.case_id}: another person must release it"
            found.append(Finding(Code.OWN_DECISION, subject, message))
    return found


def _chain(export: Export, last: Export | None) -> list[Finding]:
    if export.previous_id == (last.pk if last else None):
        return []
    now = f"release {last.number} is in force" if last else "nothing is in force"
    message = f"was built to follow another release, but {now}: build it again"
    return [Finding(Code.CHAIN, f"{export.recipient}/{export.number}", message)]


def _files(export: Export, plan: ExportPlan) -> list[Finding]:
    folder = plan.folder / export.folder
    try:
        seen = verify(folder)
    except InputError as error:
        return [Finding(Code.FILES, export.folder, str(error))]
    problems = list(seen.problems)
    if seen.sha256 != export.manifest_sha256:
        problems.append("its manifest is not the one that was built")
    return [Finding(Code.FILES, export.folder, problem) for problem in problems]


def _open_orders(export: Export, person: Person, clock: Clock) -> tuple[int, int, int]:
    """Orders for what is new, again for what was lifted, and a lifting for what is gone."""
    now = clock()
    held = ExportEntry.objects.filter(export=export).values("request_id")
    orders = Order.objects.filter(recipient=export.recipient).select_for_update()
    gone = orders.filter(state__in=[*STANDING]).exclude(request_id__in=held)
    back = orders.filter(state__in=[*_LIFTED], request_id__in=held)
    lifts = [Step(order, OrderState.LIFT_SENT) for order in gone.order_by("pk")]
    again = [Step(order, OrderState.SENT) for order in back.order_by("pk")]
    subject = f"export:{export.recipient}/{export.number}"
    back.update(export=export, sent_at=now)
    move([*lifts, *again], actor=person.username, subject=subject, clock=clock)
    known = set(orders.values_list("request_id", flat=True))
    fresh = [
        Order(
            request_id=row["request_id"],
            recipient=export.recipient,
            export=export,
            sent_at=now,
            changed_at=now,
        )
        for row in held
        if row["request_id"] not in known
    ]
    Order.objects.bulk_create(fresh, batch_size=2000)
    return len(fresh), len(again), len(lifts)


def _record_refusal(export: Export, person: Person, error: GateError, clock: Clock) -> None:
    with transaction.atomic():
        audit.append(
            "export.release_refused",
            f"export:{export.recipient}/{export.number}",
            actor=person.username,
            details={"findings": len(error.findings)},
            clock=clock,
        )
