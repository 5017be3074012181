"""What looking again and appeals propose for cases, and the answer of people.

Accepting what speaks against a block ends the case; anything else a person does by the usual ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases import proposals
from cases.models import Person, Proposal
from cases.people import require
from domain.clock import Clock, utc_now
from domain.defang import defang
from review.paging import Paged, paged
from review.sentences import proposal_in_words
from review.service import READERS

DAYS = 7


@dataclass(frozen=True, slots=True)
class ProposalView:
    """An open proposal; links are defanged."""

    proposal_id: int
    case_id: int
    target: str
    state: str
    says: str
    opened_at: datetime
    due_at: datetime
    overdue: bool


def open_proposals(
    person: Person, *, days: int = DAYS, clock: Clock = utc_now
) -> list[ProposalView]:
    """All of them, the oldest first; each is due after ``days``, or earlier where it says so.
    Raises AccessError for who may not read cases."""
    require(person, READERS, "read proposals")
    return [_view(row, days, clock) for row in proposals.standing_open()]


def proposals_page(
    person: Person, number: int = 1, *, days: int = DAYS, clock: Clock = utc_now
) -> Paged[ProposalView]:
    """Page ``number`` of them. Raises AccessError for who may not read cases."""
    require(person, READERS, "read proposals")
    page = paged(proposals.standing_open(), number)
    return Paged(tuple(_view(row, days, clock) for row in page.rows), page.number, page.more)


def decide_proposal(
    proposal_id: int, person: Person, *, accept: bool, reason: str, clock: Clock = utc_now
) -> Proposal:
    """A person accepts or rejects a proposal, see ``cases.proposals.decide``."""
    return proposals.decide(proposal_id, person, accept=accept, reason=reason, clock=clock)


def _view(row: Proposal, days: int, clock: Clock) -> ProposalView:
    due = proposals.due_at(row, days)
    return ProposalView(
        proposal_id=row.pk,
        case_id=row.case_id,
        target=defang(row.case.target.name or row.case.target.value),
        state=row.case.state,
        says=proposal_in_words(row),
        opened_at=row.opened_at,
        due_at=due,
        overdue=due <= clock(),
    )
