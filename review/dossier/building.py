"""Making a dossier: paper, facts, each case's bundle, and a manifest over them, in one archive.

The audit event that says who hands it to whom is committed with the archive's digest; before that
the archive has no name that anybody is given.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cases import audit
from cases.bundles.building import Part, Stamping, build
from cases.bundles.manifest import NO_AUTHORITY, NOT_STAMPED, FileFacts, sums
from cases.bundles.verifier import (
    CA,
    DOSSIER_SCHEMA,
    EVIDENCE,
    MANIFEST,
    STAMP,
    STAMPED,
    SUMS,
    check_dossier_contents,
    sha256_of,
)
from cases.files import folder_in_the_making, sync_folder, write_private
from cases.models import Case
from cases.screenshots import read_png
from cases.warc import software
from domain.clock import Clock, iso, utc_now
from domain.digests import canonical_json, sha256_hex
from domain.errors import BoundaryError, RecordError
from review.dossier.facts import SCHEMA, CaseFacts, Cover, Dossier, json_schema
from review.dossier.gathering import case_facts
from review.dossier.members import check_all
from review.dossier.paper import paper
from review.dossier.summing import summary_of
from review.dossier.ties import ties_among
from review.models import DossierRow

#: Below the data directory.
FOLDER = "dossiers"
ACTION = "dossier.handed_over"
_HERE = Path(__file__).parent
_VERIFIER = _HERE.parent.parent / "cases" / "bundles" / "verifier.py"
_LANGUAGES = ("en", "kk", "ru")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where dossiers are made and of what. ``unit`` and ``contact`` stand on the cover; ``demo``
    says that all of it is made up."""

    folder: Path
    evidence_root: Path
    unit: str
    contact: str
    stamping: Stamping | None = None
    demo: bool = False


def make(row: DossierRow, shop: Workshop, *, clock: Clock = utc_now) -> DossierRow:
    """Make the archive that ``row`` asks for. Returns the row with what was made.

    Raises AccessError when its person may not take out one of the cases, EvidenceError for evidence
    that is gone or changed, RecordError when somebody worked on a case meanwhile. Nothing is left
    behind then.
    """
    shop.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder_in_the_making(shop.folder / f"dossier-{row.pk:06d}") as making:
        content = making / "content"
        (content / EVIDENCE).mkdir(mode=0o700, parents=True)
        at = clock()
        dossier = _gathered(row, shop, content, at)
        manifest = _write(dossier, shop, content, _pictures(row, dossier, shop))
        archive = making / "dossier.zip"
        _pack(content, archive, at)
        return _hand_over(row, dossier, manifest, archive, shop.folder, clock)


def folder_of(case_id: int) -> str:
    """Where a case's bundle lies in a dossier."""
    return f"{EVIDENCE}case-{case_id:06d}"


def _gathered(row: DossierRow, shop: Workshop, content: Path, at: datetime) -> Dossier:
    """Make the bundles, and say what the record says."""
    cases = list(row.cases.select_related("target", "hold_owner").order_by("pk"))
    check_all(cases, row.person)
    facts = [_bundled(case, row, shop, content, at) for case in cases]
    kind, _, number = row.subject.partition(":")
    numbers = [case.pk for case in cases]
    ties, left_out = ties_among(int(number), numbers) if kind == "family" else ([], 0)
    summary = summary_of(cases, open_cards=bool(row.cards_reason))
    return Dossier(SCHEMA, _cover(row, shop, at), summary, tuple(facts), tuple(ties), left_out)


def _bundled(case: Case, row: DossierRow, shop: Workshop, content: Path, at: datetime) -> CaseFacts:
    part = Part(
        pictures=row.pictures,
        unstamped="the manifest of the dossier that it is part of speaks for it",
        occasion={"dossier": row.pk, "handed_to": row.handed_to, "purpose": row.purpose},
    )
    folder = content / folder_of(case.pk)
    bundle = build(
        case.pk, row.person, folder, evidence_root=shop.evidence_root, part=part, clock=lambda: at
    )
    return case_facts(case, folder, bundle.manifest_sha256)


def _cover(row: DossierRow, shop: Workshop, at: datetime) -> Cover:
    return Cover(
        number=row.pk,
        subject=row.subject,
        unit=shop.unit,
        contact=shop.contact,
        made_by=row.person.username,
        made_at=iso(at),
        handed_to=row.handed_to,
        purpose=row.purpose,
        language=row.language,
        pictures=row.pictures,
        cards_reason=row.cards_reason,
        left_out=row.left_out,
        software=software(),
    )


def _pictures(row: DossierRow, dossier: Dossier, shop: Workshop) -> dict[int, bytes]:
    if not row.pictures:
        return {}
    wanted = [shot.id for case in dossier.cases for shot in case.screenshots]
    shots = [shot for case in row.cases.all() for shot in case.screenshots.filter(pk__in=wanted)]
    return {shot.pk: read_png(shop.evidence_root, shot) for shot in shots}


def _write(dossier: Dossier, shop: Workshop, content: Path, pictures: Mapping[int, bytes]) -> bytes:
    """Write all but the bundles. Returns the manifest."""
    parts = {
        "dossier.json": dossier.as_json(),
        "dossier.pdf": paper(dossier, pictures, demo=shop.demo),
        "dossier.schema.json": json_schema(),
        "verify.py": _VERIFIER.read_bytes(),
    }
    for language in _LANGUAGES:
        name = f"README.{language}.txt"
        parts[name] = (_HERE / "readme" / name).read_bytes()
    if shop.stamping is not None:
        parts[CA] = shop.stamping.ca_pem
    files = [FileFacts(name, *write_private(content / name, [parts[name]])) for name in parts]
    _hold_together(content, _manifest(dossier, files, NO_AUTHORITY))
    data, stamp = _stamped(dossier, files, shop.stamping)
    write_private(content / MANIFEST, [data])
    if stamp is not None:
        write_private(content / STAMP, [stamp])
    write_private(content / SUMS, [sums(data, stamp)])
    return data


def _manifest(dossier: Dossier, files: Sequence[FileFacts], status: str, reason: str = "") -> bytes:
    """``manifest.json``; the bundles stand in it with the SHA-256 of their own manifests."""
    cover = dossier.cover
    return canonical_json(
        {
            "schema": DOSSIER_SCHEMA,
            "number": cover.number,
            "subject": cover.subject,
            "made_at": cover.made_at,
            "made_by": cover.made_by,
            "handed_to": cover.handed_to,
            "software": cover.software,
            "timestamp": {"status": status, "reason": reason},
            "files": [asdict(file) for file in sorted(files, key=lambda one: one.name)],
            "evidence": [
                {
                    "case": case.case,
                    "target": case.target,
                    "folder": folder_of(case.case),
                    "manifest_sha256": case.evidence_sha256,
                }
                for case in dossier.cases
            ],
        }
    )


def _stamped(
    dossier: Dossier, files: Sequence[FileFacts], stamping: Stamping | None
) -> tuple[bytes, bytes | None]:
    if stamping is None:
        return _manifest(dossier, files, NO_AUTHORITY), None
    data = _manifest(dossier, files, STAMPED)
    try:
        return data, stamping.ask(data)
    except BoundaryError as error:
        return _manifest(dossier, files, NOT_STAMPED, str(error)), None


def _hold_together(content: Path, manifest: bytes) -> None:
    """What the verifier will say. Somebody may have worked on a case while it was read."""
    if problems := check_dossier_contents(content, json.loads(manifest)).problems:
        raise RecordError(
            f"the dossier would not hold: {problems[0]}; if somebody worked on the case meanwhile, "
            "make it again"
        )


def _pack(content: Path, archive: Path, at: datetime) -> None:
    """One ZIP file of everything; the same content makes the same bytes."""
    moment = at.astimezone(UTC)
    handle = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for path in sorted(path for path in content.rglob("*") if path.is_file()):
                name = path.relative_to(content).as_posix()
                entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, packed.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        stream.flush()
        os.fsync(stream.fileno())


def _hand_over(
    row: DossierRow,
    dossier: Dossier,
    manifest: bytes,
    archive: Path,
    folder: Path,
    clock: Clock,
) -> DossierRow:
    """Write down who hands it to whom, and give the archive its name. A case may have been held,
    or restricted, meanwhile."""
    name = f"dossier-{row.pk:06d}.zip"
    with transaction.atomic():
        kept = DossierRow.objects.select_for_update().select_related("person").get(pk=row.pk)
        check_all(kept.cases.select_related("target").order_by("pk"), kept.person)
        kept.state, kept.problem = DossierRow.State.MADE, ""
        kept.made_at = datetime.fromisoformat(dossier.cover.made_at)
        kept.file, kept.size = name, archive.stat().st_size
        kept.sha256, kept.manifest_sha256 = sha256_of(archive), sha256_hex(manifest)
        event = audit.append(
            ACTION,
            kept.subject,
            actor=kept.person.username,
            details=_details(kept, dossier, manifest),
            clock=clock,
        )
        kept.event = event.seq
        kept.save()
        archive.replace(folder / name)
        sync_folder(folder)
    return kept


def _details(row: DossierRow, dossier: Dossier, manifest: bytes) -> dict[str, Any]:
    return {
        "dossier": row.pk,
        "handed_to": row.handed_to,
        "purpose": row.purpose,
        "cases": [case.case for case in dossier.cases],
        "left_out": row.left_out,
        "language": row.language,
        "pictures": row.pictures,
        "cards_reason": row.cards_reason,
        "sha256": row.sha256,
        "manifest_sha256": row.manifest_sha256,
        "timestamp": json.loads(manifest)["timestamp"]["status"],
    }
