"""What is done with a case outside the queue: hold what is confirmed, end a hold, withdraw."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from domain.errors import NarcowatchError
from review import service
from review.console.asking import Asked
from review.console.cases import case_context, known_case
from review.console.forms import HoldForm, ReasonForm
from review.console.numbers import page_of
from review.holds import holds_page

_REFUSED = 422


def holds(request: Asked) -> HttpResponseBase:
    """Cases that are held, those first whose hold ends first."""
    page = holds_page(request.user, page_of(request))
    return render(request, "console/holds.html", {"page": page})


def hold(request: Asked, case_id: int) -> HttpResponseBase:
    """Keep a confirmed case for an investigation: it is in no export meanwhile."""
    form = HoldForm(request.POST)

    def do() -> None:
        given = form.cleaned_data
        service.hold(
            case_id, request.user, reason=given["reason"], until=form.hold_until,
            owner=given["owner"],
        )  # fmt: skip

    return _done(request, case_id, form, do, _("Held: case %(case)s."))


def end_hold(request: Asked, case_id: int) -> HttpResponseBase:
    """End a hold: the case goes back to where it was held."""
    form = ReasonForm(request.POST)

    def do() -> None:
        service.end_hold(case_id, request.user, reason=form.cleaned_data["reason"])

    return _done(request, case_id, form, do, _("The hold of case %(case)s is ended."))


def withdraw(request: Asked, case_id: int) -> HttpResponseBase:
    """Take a confirmed or requested case back."""
    form = ReasonForm(request.POST)

    def do() -> None:
        service.withdraw(case_id, request.user, reason=form.cleaned_data["reason"])

    return _done(request, case_id, form, do, _("Withdrawn: case %(case)s."))


def _done(
    request: Asked, case_id: int, form: forms.Form, do: Callable[[], None], said: str
) -> HttpResponseBase:
    """Back to the case; what was refused says why there, and nothing is lost of what was typed."""
    known_case(case_id, request.user)
    problem = " ".join(str(one) for errors in form.errors.values() for one in errors)
    if not problem:
        try:
            do()
        except NarcowatchError as error:
            problem = str(error)
    if not problem:
        messages.success(request, said % {"case": case_id})
        return redirect("case", case_id)
    context = {**case_context(case_id, request.user), "problem": problem, "given": request.POST}
    return render(request, "console/case.html", context, status=_REFUSED)
