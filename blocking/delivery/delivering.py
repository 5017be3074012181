"""Bringing releases to their recipients, until they have arrived.

A delivery is a row from the moment a release is found to need it, so that no restart loses one. It
waits longer after every attempt, and never gives up: only a newer release takes its place, since
what is not in force any more must not arrive late. What is signed at all is signed before it goes.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from blocking.delivery.encryption import encryption_of
from blocking.delivery.parcel import forget, packed
from blocking.delivery.sending import send
from blocking.delivery.way import Way
from blocking.drafts import last_release
from blocking.manifest import NAME, file_sha256, parse, verify
from blocking.models import Delivery, Export
from blocking.plan import ExportPlan
from blocking.signing.seal import Seal
from blocking.signing.sealing import is_sealed, seal
from cases import audit
from domain.clock import Clock, utc_now
from domain.errors import BoundaryError, InputError, RuleError, TransportError

log = logging.getLogger(__name__)
ACTOR = "system:delivery"
State = Delivery.State
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
_LONGEST_MESSAGE = 500

#: What was counted, by name and reason.
Counted = Counter[tuple[str, str]]


def deliver(
    plan: ExportPlan,
    ways: Sequence[Way],
    how: Seal | None,
    *,
    at_once: bool = False,
    clock: Clock = utc_now,
) -> Counted:
    """Deliver the last release of each recipient by each of its ``ways``, where that is due.

    Every one of these releases is signed as ``how`` says, also where it goes by no way: recipients
    fetch releases, too. ``at_once`` does not wait for an attempt's time to come. Returns what was
    counted; failures under their reasons. Only one process may do it at a time: the caller holds
    a lock.
    """
    counted: Counted = Counter()
    if how is not None:
        _sign(plan, how, counted, clock)
    note(plan, ways, counted, clock=clock)
    by_name = {way.name: way for way in ways}
    rows = Delivery.objects.filter(state=State.WAITING).select_related("export").order_by("pk")
    for row in rows:
        way = by_name.get(row.name)
        if way is None or way.recipient != row.export.recipient:
            counted[("skipped", "not in the settings any more")] += 1
        elif not at_once and row.next_at > clock():
            counted[("skipped", "waits for its next attempt")] += 1
        else:
            counted[_tried(row, way, plan, how, clock)] += 1
    return counted


def _sign(plan: ExportPlan, how: Seal, counted: Counted, clock: Clock) -> None:
    for recipient in plan.recipients:
        release = last_release(recipient.name)
        if release is None or is_sealed(release, plan, how):
            continue
        try:
            seal(release, plan, how, clock=clock)
        except (InputError, RuleError, BoundaryError, OSError) as error:
            log.warning("%s was not signed: %s", release, error)
            counted[("failed", "not signed")] += 1
        else:
            counted[("out", "signed")] += 1


def note(
    plan: ExportPlan, ways: Sequence[Way], counted: Counted, *, clock: Clock = utc_now
) -> None:
    """Make a row for each way whose recipient has a release that did not go by it, or went to
    another address, and mark those of older releases as superseded."""
    for way in ways:
        release = last_release(way.recipient)
        if release is None:
            continue
        now = clock()
        with transaction.atomic():
            older = Delivery.objects.filter(
                name=way.name, state=State.WAITING, export__recipient=way.recipient
            ).exclude(export=release)
            for row in older:
                details = {"way": row.name, "by": release.number, "attempts": row.attempts}
                _audit("export.delivery_superseded", row.export, details, clock)
                forget(plan.folder / way.recipient, row.export.number, way.name)
            if superseded := older.update(state=State.SUPERSEDED):
                counted[("skipped", "superseded by a newer release")] += superseded
            row, _ = Delivery.objects.get_or_create(
                export=release,
                name=way.name,
                defaults={"to": way.to, "made_at": now, "next_at": now},
            )
            if row.state == State.DELIVERED and row.to != way.to:  # the way leads elsewhere now
                row.state, row.to, row.attempts, row.next_at = State.WAITING, way.to, 0, now
                row.save(update_fields=["state", "to", "attempts", "next_at"])


def _tried(
    row: Delivery, way: Way, plan: ExportPlan, how: Seal | None, clock: Clock
) -> tuple[str, str]:
    """Try one delivery; what became of it, as it is counted."""
    row.attempts, row.to = row.attempts + 1, way.to
    row.next_at = clock() + wait_after(row.attempts)
    row.save(update_fields=["attempts", "to", "next_at"])
    try:
        arrived = _deliver(row, way, plan, how, clock)
    except (RuleError, TransportError, OSError, ValueError, InputError) as error:
        row.problem, row.message = reason_of(error), str(error)[:_LONGEST_MESSAGE]
        row.save(update_fields=["problem", "message"])
        log.warning("%s was not delivered by %s: %s", row.export, way.name, error)
        return "failed", row.problem
    return "out", "delivered" if arrived else "had arrived before"


def _deliver(row: Delivery, way: Way, plan: ExportPlan, how: Seal | None, clock: Clock) -> bool:
    export = row.export
    if how is not None and not is_sealed(export, plan, how):
        raise TransportError(f"{export} could not be signed", reason="signing")
    folder = plan.folder / export.folder
    _check(folder, export)
    manifest = parse((folder / NAME).read_bytes(), f"export {export}")
    key = encryption_of(way.encryption_key, clock()) if way.encryption_key else None
    with packed(
        folder, manifest, export.manifest_sha256, way.name, key, as_one=way.as_one
    ) as parcel:
        arrived = send(parcel, way, clock())
        if parcel.archive is not None:
            row.size, row.sha256 = parcel.archive.stat().st_size, file_sha256(parcel.archive)
    row.state, row.delivered_at, row.problem, row.message = State.DELIVERED, clock(), "", ""
    details = {
        "way": way.name,
        "manifest_sha256": export.manifest_sha256,
        "sent_sha256": row.sha256,
        "encrypted": key is not None,
        "attempts": row.attempts,
    }
    with transaction.atomic():
        row.save(update_fields=["state", "delivered_at", "problem", "message", "size", "sha256"])
        _audit("export.delivered", export, details, clock)
    forget(plan.folder / export.recipient, export.number, way.name)
    return arrived


def _check(folder: Path, export: Export) -> None:
    """Raise RuleError unless the files are those that were released."""
    seen = verify(folder)
    problems = list(seen.problems)
    if seen.sha256 != export.manifest_sha256:
        problems.append("its manifest is not the one that was released")
    if problems:
        raise RuleError(f"the files of export {export}: {'; '.join(problems)}")


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: twice as long each time, six hours at
    most."""
    doublings: int = 1 << min(max(attempts - 1, 0), 20)
    return min(_FIRST_WAIT * doublings, _LONGEST_WAIT)


def reason_of(error: Exception) -> str:
    """The short name that a failure is counted under."""
    if isinstance(error, TransportError):
        return error.reason
    if isinstance(error, OSError):
        return "system"
    return "settings" if isinstance(error, (InputError, ValueError)) else "files"


def _audit(action: str, export: Export, details: dict[str, object], clock: Clock) -> None:
    subject = f"export:{export.recipient}/{export.number}"
    audit.append(action, subject, actor=ACTOR, details=details, clock=clock)
