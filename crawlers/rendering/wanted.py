"""Which pages of which cases are to be photographed: the one that best shows why, if it is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cases.models import AssessmentRow, Case
from crawlers.models import ShotTaken
from domain.captures import Egress
from domain.errors import AccessError, InputError
from domain.states import CaseState
from domain.targets import TargetKind

_SITES = (TargetKind.HOST, TargetKind.ONION, TargetKind.URL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of a case. ``digest`` is the SHA-256 of its text as it was assessed."""

    case_id: int
    source: str
    run_id: int
    url: str
    digest: str
    egress: Egress


def wanted(run_id: int) -> Iterator[Wanted]:
    """The pages to photograph after a night: of each case in review whose own texts brought it
    there, unless that page was photographed with that text before."""
    cases = Case.objects.filter(
        state=CaseState.IN_REVIEW,
        restricted=False,
        tied_to=[],
        target__kind__in=_SITES,
        target__visits__run=run_id,
    )
    for case in cases.select_related("target").order_by("-score", "pk"):
        page = best_page(case, run_id=run_id)
        if page is not None and not _known(page):
            yield page


def asked_for(case_id: int) -> Wanted:
    """The page of a case that a person asks for, as it was captured last.

    Raises InputError where there is none, AccessError for a restricted case.
    """
    case = Case.objects.select_related("target").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    if case.restricted:
        raise AccessError(f"case {case_id} is in the restricted queue")
    if case.target.kind not in _SITES or (page := best_page(case)) is None:
        raise InputError(f"case {case_id} has no page that could be photographed")
    return page


def best_page(case: Case, *, run_id: int | None = None) -> Wanted | None:
    """The page that carries the case's verdict most plainly; one of ``run_id`` if that is given."""
    rows = AssessmentRow.objects.filter(
        document_id__in=case.carriers, document__part="", model=case.model, restricted=False
    )
    if run_id is not None:
        rows = rows.filter(document__capture__run_id=run_id)
    row = rows.select_related("document__capture").order_by("-probability", "pk").first()
    if row is None:
        return None
    capture = row.document.capture
    return Wanted(
        case_id=case.pk,
        source=str(case.target),
        run_id=capture.run_id,
        url=capture.url,
        digest=row.document.text_sha256,
        egress=Egress(capture.egress),
    )


def _known(page: Wanted) -> bool:
    """Whether it was tried in this run, or photographed with this very text before."""
    tried = ShotTaken.objects.filter(case_id=page.case_id, images=False, url=page.url)
    return (
        tried.filter(run_id=page.run_id).exists()
        or tried.filter(digest=page.digest, outcome=ShotTaken.TAKEN).exists()
    )
