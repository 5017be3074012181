"""What is proposed for cases, listed and answered."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.models import Proposal
from cases.people import DECIDERS, may
from domain.errors import NarcowatchError
from domain.rechecks import ProposalKind
from domain.states import CaseState
from review.console.asking import Asked
from review.console.forms import ProposalForm
from review.console.numbers import page_of
from review.proposals import decide_proposal, proposals_page

_REFUSED = 422


def proposals(request: Asked) -> HttpResponseBase:
    """The open ones, the oldest first."""
    return _listed(request)


def decide(request: Asked, proposal_id: int) -> HttpResponseBase:
    """Accept or reject one."""
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _listed(request, proposal_id, _("Accept it, or reject it and say why."))
    given = form.cleaned_data
    accept = given["answer"] == "accept"
    try:
        row = decide_proposal(proposal_id, request.user, accept=accept, reason=given["reason"])
    except NarcowatchError as error:
        return _listed(request, proposal_id, str(error))
    messages.success(request, _said(row) if accept else _("Rejected."))
    return redirect("case", row.case_id) if accept else redirect("proposals")


def _said(row: Proposal) -> str:
    row.case.refresh_from_db(fields=["state"])
    if row.case.state == CaseState.LIFTED:
        return _("Accepted: the next release lifts the block at every recipient that has it.")
    if row.case.state == CaseState.WITHDRAWN:
        return _("Accepted: the case is withdrawn, and the next release lifts its block.")
    if row.kind == ProposalKind.EXPIRING:
        return _("Accepted: the request is renewed when requests are made next.")
    return _("Accepted. What follows from it is done in the case.")


def _listed(request: Asked, proposal_id: int = 0, problem: str = "") -> HttpResponseBase:
    context = {
        "page": proposals_page(
            request.user, page_of(request), days=settings.NARCOWATCH.recheck.proposal_days
        ),
        "may_decide": may(request.user, DECIDERS),
        "problem": problem,
        "at": proposal_id,
        "given": request.POST,
    }
    status = _REFUSED if problem else 200
    return render(request, "console/proposals.html", context, status=status)
