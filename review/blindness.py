"""What of the audit chain is kept from somebody who could still decide the case it is of."""

from __future__ import annotations

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from cases.decisions import UNDECIDED
from cases.models import Case, DecisionRow, Person
from cases.people import DECIDERS, may

#: Events that tell what people think of a case: verdicts and what was taken back, notes, evidence
#: that was taken by those who had decided, and moves made by people, whose reason is often a
#: verdict's.
_TELLING = (
    Q(action__startswith="decision.")
    | Q(action__startswith="undo.")
    | Q(action__in=["note.written", "evidence.bundled"])
    | Q(action__startswith="dossier.")
    | (Q(action__startswith="case.") & ~Q(actor__startswith="system:"))
)


def is_blind(person: Person) -> bool:
    """Whether anything is kept from ``person``: from those who decide cases, as an auditor does
    not."""
    return may(person, DECIDERS)


def kept_from(person: Person) -> Q:
    """Events that tell what others think of open cases that ``person``, who decides cases, has not
    decided in this round of review: one looks for oneself first (blind second review)."""
    own = DecisionRow.objects.filter(
        case=OuterRef("pk"), review_round=OuterRef("review_round"), person=person
    )
    subject = Concat(Value("case:"), Cast("pk", CharField()), output_field=CharField())
    undecided: QuerySet[Case, str] = (
        Case.objects.filter(UNDECIDED, ~Exists(own))
        .annotate(subject=subject)
        .values_list("subject", flat=True)
        .order_by()
    )
    return _TELLING & Q(subject__in=undecided) & ~Q(actor=person.username)
