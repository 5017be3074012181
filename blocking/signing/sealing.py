"""The seal of a release: a signature over its manifest and a time-stamp over the signature.

Both lie beside the manifest, which says nothing of them, so that the payload is the same whenever
it is signed. First the audit event, then the file: what lies there the chain knows of. Whenever
this is killed, starting it again makes up for what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from blocking.files import exclusive
from blocking.manifest import NAME, SIGNATURE, STAMP
from blocking.models import Export
from blocking.plan import ExportPlan
from blocking.signing.cms import Signer, UnknownAlgorithmError, verify
from blocking.signing.seal import Seal
from blocking.states import ExportState
from cases import audit
from cases.files import put_private
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import RuleError

ACTOR = "system:exports"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a release bears now. ``signer`` is None for an algorithm that only others can verify."""

    signature_sha256: str
    signer: Signer | None
    stamped: bool


def seal(export: Export, plan: ExportPlan, how: Seal, *, clock: Clock = utc_now) -> Sealed:
    """Sign ``export`` and have it time-stamped, whatever of both it does not bear yet.

    Raises RuleError when it is not released, EvidenceError when the signature that was made or
    lies there does not hold, and what ``how`` raises. What was done until then stays.
    """
    if export.state != ExportState.RELEASED:
        raise RuleError(f"export {export} is not released: nothing is signed before")
    with exclusive(plan.folder / export.recipient, f"the export for {export.recipient}"):
        folder = plan.folder / export.folder
        signature, signer = _signed(export, folder, how, clock)
        if how.stamp is not None and not (folder / STAMP).exists():
            token = how.stamp(signature)
            _note("export.stamped", export, {"stamp_sha256": sha256_hex(token)}, clock)
            put_private(folder / STAMP, token)
        return Sealed(sha256_hex(signature), signer, (folder / STAMP).exists())


def is_sealed(export: Export, plan: ExportPlan, how: Seal) -> bool:
    """Whether what ``how`` makes lies beside the manifest of ``export``."""
    folder = plan.folder / export.folder
    wanted = (SIGNATURE,) if how.stamp is None else (SIGNATURE, STAMP)
    return all((folder / name).is_file() for name in wanted)


def _signed(export: Export, folder: Path, how: Seal, clock: Clock) -> tuple[bytes, Signer | None]:
    data, path = (folder / NAME).read_bytes(), folder / SIGNATURE
    if sha256_hex(data) != export.manifest_sha256:
        raise RuleError(f"the manifest of export {export} is not the one that was released")
    if path.exists():
        signature = path.read_bytes()
        return signature, _signer(data, signature, how, clock)
    signature = how.sign(data)
    signer = _signer(data, signature, how, clock)
    told = {
        "manifest_sha256": export.manifest_sha256,
        "signature_sha256": sha256_hex(signature),
        "signer": signer.subject if signer else "",
        "certificate_sha256": signer.sha256 if signer else "",
        "verified": signer is not None,
    }
    _note("export.signed", export, told, clock)
    put_private(path, signature)
    return signature, signer


def _signer(data: bytes, signature: bytes, how: Seal, clock: Clock) -> Signer | None:
    try:
        return verify(data, signature, trusted=how.trusted, at=clock())
    except UnknownAlgorithmError:
        return None


def _note(action: str, export: Export, details: dict[str, object], clock: Clock) -> None:
    subject = f"export:{export.recipient}/{export.number}"
    with transaction.atomic():
        audit.append(action, subject, actor=ACTOR, details=details, clock=clock)
