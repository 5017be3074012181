"""The texts of decided cases, from the record: those that people had before them when they decided.

Never of a case that is open, held or withdrawn, nor of one on which people did not agree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cases.models import AssessmentRow, Case, DecisionRow
from classifiers.corpora import read_corpora, texts_of
from classifiers.learning.decided import DecidedText, Lesson, lesson, speaks_of_the_text
from classifiers.learning.in_force import MODELS
from classifiers.learning.repeats import Repeats
from classifiers.verdict import CARRIERS
from domain.assessment import Label, Role
from domain.decisions import VerdictKind
from domain.errors import InputError
from domain.states import CaseState

CANDIDATE = "candidate"
#: States that a confirmation leads to and that no later doubt has touched.
_CONFIRMED = (CaseState.CONFIRMED, CaseState.REQUESTED, CaseState.EXPIRED)
_DISMISSED = (CaseState.DISMISSED,)
#: Of what is known to be innocent a case gives so many texts that did not score high.
_EASY = 2


@dataclass(slots=True)
class Found:
    """Texts, how many cases they are of, and what was left out by reason."""

    texts: list[DecidedText] = field(default_factory=list)
    cases: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def decided_texts() -> Found:
    """Every text that a person's decision says something of."""
    found = Found()
    cases = Case.objects.filter(state__in=[*_CONFIRMED, *_DISMISSED]).select_related("target")
    for case in cases.order_by("pk").iterator():
        decisions = list(DecisionRow.objects.filter(case=case).order_by("decided_at", "pk"))
        why = _obstacle(case, decisions)
        texts = [] if why else _texts(case, decisions, found.left_out)
        if why or not texts:
            found.left_out[why or "case without a text that is left"] += 1
            continue
        found.texts += texts
        found.cases += 1
    undecided = Case.objects.filter(state__in=[CaseState.IN_REVIEW, CaseState.ESCALATED])
    if n := undecided.count():
        found.left_out["case is open"] += n
    return found


def decided_lesson(corpus: Path) -> Lesson:
    """What the decided cases teach. ``corpus`` is the folder of evaluation texts, none of which is
    learnt. Raises InputError where no case is decided, or the evaluation texts are missing."""
    repeats = Repeats(texts_of(read_corpora(corpus)))
    found = decided_texts()
    if not found.texts:
        told = ", ".join(f"{reason} {n}" for reason, n in sorted(found.left_out.items()))
        raise InputError(f"no decided case to learn from ({told or 'there are no cases'})")
    return lesson(found.texts, found.left_out, repeats)


def candidate_in(data_dir: Path) -> Path:
    """Where a candidate is written when nothing else is said. Raises InputError where there is no
    data directory yet."""
    if not data_dir.is_dir():
        raise InputError(f"there is no data directory {data_dir}: name a folder with --out")
    return data_dir / MODELS / CANDIDATE


def _obstacle(case: Case, decisions: list[DecisionRow]) -> str:
    """Why nothing is learnt from a case."""
    verdicts = {VerdictKind(one.verdict) for one in decisions}
    if case.restricted:
        return "case is restricted"
    if not decisions:
        return "case was not decided by people"
    if len(verdicts) > 1:
        return "case was disputed"
    if case.state == CaseState.DISMISSED and not speaks_of_the_text(decisions[-1].reason):
        return "case was dismissed for no reason of its texts"
    return ""


def _texts(case: Case, decisions: list[DecisionRow], left_out: Counter[str]) -> list[DecidedText]:
    """The newest assessment of each page or post that was there at the last decision: what the
    model took for a sale, strongest first, as the verdict has it."""
    last = decisions[-1]
    rows = AssessmentRow.objects.filter(
        document__target=case.target, document__capture__fetched_at__lte=last.decided_at
    ).select_related("document__capture")
    newest: dict[tuple[str, str], AssessmentRow] = {}
    for row in rows.order_by("document__capture__fetched_at", "pk"):
        document = row.document
        newest["" if document.part else document.capture.url, document.part] = row
    kept = list[AssessmentRow]()
    for row in newest.values():
        if why := _unfit(row):
            left_out[why] += 1
        else:
            kept.append(row)
    kept.sort(key=lambda row: (-row.probability, row.pk))
    selling = case.state != CaseState.DISMISSED
    hard = [row for row in kept if row.label == Label.DRUG_SALE][:CARRIERS]
    easy = [] if selling else [row for row in kept if row.label != Label.DRUG_SALE][:_EASY]
    return [_text(row, last.reason, selling=selling) for row in (*hard, *easy)]


def _unfit(row: AssessmentRow) -> str:
    if row.restricted:
        return "text is restricted"
    if row.document.capture.of_group:
        return "text is of a group, where others write"
    if row.document.capture.erased_at is not None or not row.document.text.strip():
        return "text was erased by its age"
    return ""


def _text(row: AssessmentRow, reason: str, *, selling: bool) -> DecidedText:
    document = row.document
    return DecidedText(
        text=f"{document.title}\n\n{document.text}" if document.title else document.text,
        lang=row.lang,
        selling=selling,
        hard=row.label == Label.DRUG_SALE,
        reason="" if selling else reason,
        role=Role(row.role),
        substances=tuple(row.substances),
    )
