"""The known cases that a run looked at again, and what is proposed to people."""

from __future__ import annotations

from cases import proposals
from cases.models import ContentCheck, Run
from domain.clock import iso
from nightly.report import ProposalLine, RecheckLine


def recheck_lines(run: Run) -> list[RecheckLine]:
    """What the looks of ``run`` met, those that are not simply up first."""
    rows = ContentCheck.objects.filter(run=run, case__restricted=False)
    lines = [_line(row) for row in rows.select_related("case__target", "moved_to").order_by("pk")]
    return sorted(lines, key=lambda line: line.result == "up" and line.selling is not False)


def _line(row: ContentCheck) -> RecheckLine:
    return RecheckLine(
        case=row.case_id,
        name=row.case.target.name,
        state=row.case.state,
        result=row.result,
        outcome=row.outcome,
        score=row.score,
        selling=row.selling,
        changed=row.changed,
        moved_to=row.moved_to.name if row.moved_to else "",
    )


def proposal_lines(days: int) -> list[ProposalLine]:
    """What stands open, the oldest first."""
    return [
        ProposalLine(
            proposal=row.pk,
            case=row.case_id,
            name=row.case.target.name,
            kind=row.kind,
            says=proposals.in_words(row),
            since=iso(row.opened_at),
            due=iso(proposals.due_at(row, days)),
        )
        for row in proposals.standing_open()
    ]
