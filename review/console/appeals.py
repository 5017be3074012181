"""Appeals: the list, each with what it is about, and the decision; recipients read their own."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from blocking.models import Appeal
from cases.people import may
from domain.errors import FourEyesError, InputError, NarcowatchError
from review import appeals as service
from review.console.asking import Asked
from review.console.numbers import page_of
from review.service import READERS

_REFUSED = 422
_LONGEST = 4_000


class DecisionForm(forms.Form):
    """Upheld or rejected, why, and what its sender is told."""

    decision = forms.ChoiceField(choices=[(s.value, s.value) for s in Appeal.State][1:])
    reason = forms.CharField(max_length=_LONGEST, strip=True)
    answer = forms.CharField(max_length=_LONGEST, strip=True, required=False)


def appeals(request: Asked) -> HttpResponseBase:
    """Appeals; those that are open by their deadline."""
    state = request.GET.get("state", "")
    page = service.appeal_lines(request.user, state=state, page=page_of(request))
    context = {"page": page, "state": state, "states": Appeal.State.values}
    return render(request, "console/appeals.html", context)


def appeal(request: Asked, appeal_id: int) -> HttpResponseBase:
    """An appeal in full."""
    return _page(request, appeal_id)


def decide(request: Asked, appeal_id: int) -> HttpResponseBase:
    """Uphold or reject it."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, appeal_id, _("Choose a decision and write down the reason."))
    given = form.cleaned_data
    uphold = given["decision"] == Appeal.State.UPHELD
    try:
        service.decide(
            appeal_id, request.user, uphold=uphold, reason=given["reason"], answer=given["answer"]
        )
    except FourEyesError:
        text = _("You decided the case; somebody else decides the appeal.")
        return _page(request, appeal_id, text)
    except NarcowatchError as error:
        return _page(request, appeal_id, str(error))
    messages.success(
        request, _("Upheld. It is proposed to lift the block.") if uphold else _("Rejected.")
    )
    return redirect("appeal", appeal_id)


def own_appeals(request: Asked) -> HttpResponseBase:
    """Appeals about what the recipient was sent."""
    page = service.own_appeals(request.user, page=page_of(request))
    return render(request, "console/appeals.html", {"page": page, "own": True})


def own_appeal(request: Asked, appeal_id: int) -> HttpResponseBase:
    """One of them."""
    try:
        view = service.own_appeal(appeal_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
    return render(request, "console/appeal.html", {"view": view, "own": True})


def _page(request: Asked, appeal_id: int, problem: str = "") -> HttpResponseBase:
    try:
        view = service.appeal_view(appeal_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
    context = {
        "view": view,
        "problem": problem,
        "given": request.POST,
        "may_read_cases": may(request.user, READERS),
    }
    status = _REFUSED if problem else 200
    return render(request, "console/appeal.html", context, status=status)
