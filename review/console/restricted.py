"""The restricted queue. Whoever is not named as its reader finds no page here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from domain.errors import AccessError, InputError, RuleError
from review import printing
from review import restricted as service
from review.console.asking import Asked
from review.console.downloads import csv_file
from review.console.numbers import page_of
from review.restricted_readers import require_reader
from review.tables import Table

_REFUSED = 422
#: A paper of more lines takes minutes to lay out.
_LINES_ON_PAPER = 2_000
View = Callable[..., HttpResponseBase]


class HandOverForm(forms.Form):
    """To whom, when, under which reference."""

    to = forms.CharField(max_length=300)
    reference = forms.CharField(max_length=200)
    handed_at = forms.DateTimeField()


class CloseForm(forms.Form):
    """Why a case is closed here."""

    reason = forms.CharField(max_length=1000)


def _for_readers(view: View) -> View:
    """There is no page for anybody else, and no case that is not here."""

    @wraps(view)
    def shown(request: Asked, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            require_reader(request.user)
            return view(request, *args, **kwargs)
        except AccessError as error:
            raise Http404(str(error)) from error

    return shown


@_for_readers
def restricted(request: Asked) -> HttpResponseBase:
    """The open cases, or the closed ones."""
    closed = request.GET.get("closed") == "1"
    found = service.lines(request.user, closed=closed, page=page_of(request))
    return render(request, "console/restricted.html", {"page": found, "closed": closed})


@_for_readers
def case(request: Asked, case_id: int) -> HttpResponseBase:
    """A case: addresses, times, digests, ways."""
    return _page(request, case_id)


@_for_readers
def hand_over(request: Asked, case_id: int) -> HttpResponseBase:
    """Write down that a case was handed over."""
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return _page(request, case_id, _("Say to whom, under which reference, and when."))
    try:
        service.hand_over(case_id, request.user, **form.cleaned_data)
    except InputError as error:
        return _page(request, case_id, str(error))
    messages.success(request, _("Written down."))
    return redirect("restricted_case", case_id)


@_for_readers
def close(request: Asked, case_id: int) -> HttpResponseBase:
    """Close a case here."""
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, case_id, _("Give a reason."))
    try:
        service.close(case_id, request.user, form.cleaned_data["reason"])
    except (InputError, RuleError) as error:
        return _page(request, case_id, str(error))
    messages.success(request, _("Closed here."))
    return redirect("restricted")


@_for_readers
def hand_over_list(request: Asked) -> HttpResponseBase:
    """The pages of the open cases as a file; the chain says who took it."""
    form = request.POST.get("form", "")
    if form not in {"csv", "pdf"}:
        return HttpResponseBadRequest()
    rows = tuple(service.listed(request.user, form))
    table = Table("hand-over", _("To be handed over"), service.HEADERS, rows)
    if form == "csv":
        return csv_file(table)
    if len(rows) > _LINES_ON_PAPER:
        messages.error(request, _("These are too many lines for paper: take the CSV file."))
        return redirect("restricted")
    html = render_to_string("console/restricted_paper.html", {"table": table}, request)
    response = HttpResponse(printing.pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="hand-over.pdf"'
    return response


def _page(request: Asked, case_id: int, problem: str = "") -> HttpResponseBase:
    try:
        view = service.view(case_id, request.user, page=page_of(request))
    except InputError as error:
        raise Http404(str(error)) from error
    context = {"view": view, "problem": problem}
    status = _REFUSED if problem else 200
    return render(request, "console/restricted_case.html", context, status=status)
