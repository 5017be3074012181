"""Exports: the list, each with what it changes, and the release."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from blocking.plan import ExportPlan
from cases.people import may
from domain.errors import GateError, InputError, NarcowatchError
from review import exports as service
from review.console.asking import Asked
from review.console.forms import ReleaseForm
from review.console.numbers import page_of
from review.console.words import EXPORT_STATES, GAPS
from review.reconciliation import COLUMNS, reconciliation_rows, reconciliation_view
from review.service import READERS
from review.tables import csv_lines
from review.trail import AUDIENCE

_REFUSED = 422


def exports(request: Asked) -> HttpResponseBase:
    """Exports, the newest first."""
    chosen = {name: request.GET.get(name, "") for name in ("recipient", "state")}
    names = [recipient.name for recipient in settings.NARCOWATCH.blocking.recipients]
    context = {
        "page": service.export_lines(request.user, **chosen, page=page_of(request)),
        "chosen": chosen,
        "recipients": names,
        "states": EXPORT_STATES,
        "may_report": may(request.user, AUDIENCE),
    }
    return render(request, "console/exports.html", context)


def export(request: Asked, export_id: int) -> HttpResponseBase:
    """An export: files, digests, what it changes, and what speaks against it."""
    context = {"view": _view(request, export_id), "may_read_requests": may(request.user, READERS)}
    return render(request, "console/export.html", context)


def answers(request: Asked, export_id: int) -> HttpResponseBase:
    """A release against what was answered to it: figures, and a page of one gap."""
    gap, page = request.GET.get("gap", ""), page_of(request)
    try:
        view = reconciliation_view(export_id, request.user, gap=gap, page=page)
    except InputError as error:
        raise Http404(str(error)) from error
    figures = [(gap.value, text, view.figures.gaps[gap]) for gap, text in GAPS.items()]
    return render(request, "console/export_answers.html", {"view": view, "figures": figures})


def answers_csv(request: Asked, export_id: int) -> HttpResponseBase:
    """All of its gaps as a file."""
    try:
        name, rows = reconciliation_rows(export_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
    response = StreamingHttpResponse(
        csv_lines(COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="answers-{name}.csv"'
    return response


def release(request: Asked, export_id: int) -> HttpResponseBase:
    """What the export changes and what the gate says now; below them, the button."""
    form = ReleaseForm(request.POST or None)
    problem = ""
    if request.method == "POST":
        if form.is_valid():
            try:
                return _released(request, export_id, form.cleaned_data["typed"])
            except GateError:
                problem = _("The gate keeps it in the house; the findings stand below.")
            except NarcowatchError as error:
                problem = str(error)
        else:
            problem = _("Tick that you have looked, and type the name of the export.")
    view = _view(request, export_id)
    if not view.may_release:
        messages.error(request, problem or _("This export does not wait for release."))
        return redirect("export", export_id)
    plan = _plan()
    gate = service.gate_says(export_id, request.user, plan, plan.protection())
    context = {"view": view, "gate": gate, "problem": problem, "may_read_requests": True}
    status = _REFUSED if problem else 200
    return render(request, "console/release.html", context, status=status)


def _released(request: Asked, export_id: int, typed: str) -> HttpResponseBase:
    plan = _plan()
    done = service.release(export_id, request.user, plan, plan.protection(), typed=typed)
    said = _("Released: %(name)s. %(sent)s sent, %(again)s sent again, %(lifted)s liftings sent.")
    name = f"{done.export.recipient}/{done.export.number}"
    figures = {"sent": done.sent, "again": done.sent_again, "lifted": done.lifted}
    messages.success(request, said % {"name": name, **figures})
    return redirect("export", export_id)


def _view(request: Asked, export_id: int) -> service.ExportView:
    pages = {name: page_of(request, name) for name in ("added", "removed", "findings")}
    try:
        return service.export_view(export_id, request.user, **pages)
    except InputError as error:
        raise Http404(str(error)) from error


def _plan() -> ExportPlan:
    plan: ExportPlan = apps.get_app_config("blocking").checked_plan()  # type: ignore[attr-defined]
    return plan
