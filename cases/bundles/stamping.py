"""A time-stamp for a bundle that was made without one: put beside its manifest, which stays so.

First the audit event, then the time-stamp, then its digest in ``SHA256SUMS``: whenever this is
killed the bundle holds, and what is missing is made up for by starting it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from cases import audit
from cases.bundles.access import check_access
from cases.bundles.building import Stamping
from cases.bundles.manifest import sums
from cases.bundles.verifier import MANIFEST, STAMP, SUMS, check
from cases.files import put_private
from cases.models import AuditEvent, Case, Person
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import EvidenceError, InputError

ACTION = "evidence.stamped"


@dataclass(frozen=True, slots=True)
class Stamped:
    """The bundle's manifest, the audit event that speaks of its time-stamp, and whether the
    bundle's own verifier knows of time-stamps that are added."""

    manifest_sha256: str
    event: int
    verifier_knows: bool


def add_stamp(
    folder: Path, person: Person, stamping: Stamping, *, clock: Clock = utc_now
) -> Stamped:
    """Have the bundle in ``folder`` stamped, which this record made and which bears no stamp.

    Raises InputError where there is no bundle or it is stamped already, EvidenceError where it
    does not hold or this record does not know it, AccessError where ``person`` may not have it,
    TransportError where the authority gives no time-stamp. Nothing is changed then.
    """
    data = _checked(folder)
    digest = sha256_hex(data)
    made = AuditEvent.objects.filter(
        action="evidence.bundled", details__manifest_sha256=digest
    ).first()
    if made is None:
        raise EvidenceError(f"the audit chain here does not know the bundle in {folder}")
    case_id = int(made.subject.partition(":")[2])
    check_access(Case.objects.select_related("target").get(pk=case_id), person)
    if (folder / STAMP).exists():
        _sum_up(folder, data)
        raise InputError(f"the bundle in {folder} bears a time-stamp already")
    stamp = stamping.ask(data)
    event = _note(case_id, person, digest, stamp, stamping.authority, clock)
    put_private(folder / STAMP, stamp)
    _sum_up(folder, data)
    return Stamped(digest, event, _verifier_knows(folder))


def _checked(folder: Path) -> bytes:
    """The manifest of the bundle in ``folder``, which holds."""
    try:
        problems = check(folder).problems
        data = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise InputError(f"no bundle in {folder}: {error.strerror} ({MANIFEST})") from error
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise EvidenceError(f"the bundle in {folder} does not hold: {problems[0]}{more}")
    return data


def _note(
    case_id: int, person: Person, digest: str, stamp: bytes, authority: str, clock: Clock
) -> int:
    """Write down who has it stamped. The case may have been restricted or held meanwhile."""
    with transaction.atomic():
        case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
        check_access(case, person)
        event = audit.append(
            ACTION,
            f"case:{case_id}",
            actor=person.username,
            details={
                "manifest_sha256": digest,
                "stamp_sha256": sha256_hex(stamp),
                "authority": authority,
            },
            clock=clock,
        )
    return event.seq


def _sum_up(folder: Path, data: bytes) -> None:
    both = sums(data, (folder / STAMP).read_bytes())
    if (folder / SUMS).read_bytes() != both:
        put_private(folder / SUMS, both)


def _verifier_knows(folder: Path) -> bool:
    """Whether what lies in the bundle as ``verify.py`` is the verifier of this version."""
    here = Path(__file__).parent / "verifier.py"
    return (folder / "verify.py").read_bytes() == here.read_bytes()
