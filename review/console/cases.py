"""One case, with everything that a decision needs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render

from blocking.standing import of_case
from cases.bundles.access import allowed
from cases.decisions import OPEN_STATES, informed
from cases.models import Case, Person, Screenshot
from cases.people import DECIDERS, RELEASERS, may, names_in
from domain.errors import AccessError, InputError
from domain.states import CaseState
from review import notes
from review.block_looks import last_looks_at
from review.console.asking import Asked
from review.console.forms import JURISDICTIONS, NoteForm
from review.console.marking import pieces
from review.families import small_family
from review.family_picture import picture_of
from review.pipeline import standing
from review.service import case_view, readable_case

_SHOTS = 5
_SENT_OR_TO_BE = frozenset({CaseState.CONFIRMED, CaseState.REQUESTED})


def case(request: Asked, case_id: int) -> HttpResponseBase:
    """The page of a case."""
    return render(request, "console/case.html", case_context(case_id, request.user))


def note(request: Asked, case_id: int) -> HttpResponseBase:
    """Write a note down; in the queue, one stays there with the case at hand."""
    known_case(case_id, request.user)
    form = NoteForm(request.POST)
    if form.is_valid():
        notes.write(case_id, request.user, form.cleaned_data["text"])
    return redirect("queue") if "in_queue" in request.POST else redirect("case", case_id)


def known_case(case_id: int, person: Person) -> Case:
    """The case; raises Http404 where there is none, or none that ``person`` may know of."""
    try:
        return readable_case(case_id, person)
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error


def case_context(case_id: int, person: Person) -> dict[str, Any]:
    """What the templates of a case are given. Raises Http404 where there is none, or
    none that ``person`` may know of."""
    try:
        view = case_view(case_id, person)
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error
    row = Case.objects.select_related("hold_owner").get(pk=case_id)
    family = small_family(row.family_id, person)
    ordered = of_case(case_id)
    decides = may(person, DECIDERS)
    decided = any(said.person == person.username for said in view.verdicts)
    knows = informed(person).filter(case=row).exists()
    return {
        "view": view,
        "knows": knows and view.state in OPEN_STATES,
        "carriers": [(carrier, pieces(carrier)) for carrier in view.carriers],
        "notes": notes.readable(row, person),
        "jurisdictions": JURISDICTIONS,
        "may_decide": view.state in OPEN_STATES and decides and not (decided or knows),
        "further": _further(row, person, decides=decides, supervises=may(person, RELEASERS)),
        "deciders": names_in(DECIDERS),
        "may_note": decides,
        "blind": decides,
        "shots": Screenshot.objects.filter(case_id=case_id, erased_at=None).order_by("-taken_at")[
            :_SHOTS
        ],
        "ordered": ordered,
        "looks": last_looks_at(ordered.orders),
        "case": row,
        "family": picture_of(family) if family else None,
        "may_hand_over": row.pk in allowed([row], person),
    }


def _further(row: Case, person: Person, *, decides: bool, supervises: bool) -> dict[str, bool]:
    """What ``person`` may do with a case outside the queue; the services ask again."""
    own = decides and row.hold_owner_id == person.pk
    return {
        "hold": decides and row.state == CaseState.CONFIRMED,
        "end_hold": row.state == CaseState.ON_HOLD and (own or supervises),
        "withdraw": supervises and standing(row.state, row.came_from) in _SENT_OR_TO_BE,
    }
