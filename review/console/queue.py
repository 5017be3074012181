"""The queue: one case at a time, the next already there, a verdict taken back for a moment."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import undoing
from cases.decisions import informed
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import NarcowatchError
from review import filters, leases, service
from review.console.asking import Asked
from review.console.cases import case_context, known_case
from review.console.filters import filter_choices, wanted_of
from review.console.forms import VerdictForm
from review.sentences import retold

_NUMBER = re.compile(r"[0-9]{1,18}")
_DONE = 200
_REFUSED = 422
_TAKEN = 409


def queue(request: Asked) -> HttpResponseBase:
    """The case that is to be looked at now."""
    case_id = leases.take(request.user, _lasting(), wanted=wanted_of(request))
    around = {**_undo_context(request), **_filter_context(request)}
    if case_id is None:
        return render(request, "console/queue_empty.html", around)
    context = {**case_context(case_id, request.user), "in_queue": True, **around}
    return render(request, "console/queue.html", context)


def ahead(request: Asked) -> HttpResponseBase:
    """The case after the one at hand, as a piece of page; nothing where that is the last."""
    here = request.POST.get("case", "")
    beside = [int(here)] if _NUMBER.fullmatch(here) else []
    case_id = leases.take(request.user, _lasting(), wanted=wanted_of(request), beside=beside)
    if case_id is None:
        return render(request, "console/queue_end.html")
    context = {**case_context(case_id, request.user), "in_queue": True}
    return render(request, "console/case_body.html", context)


def decide(request: Asked, case_id: int) -> HttpResponseBase:
    """A verdict. Refused ones say why, and nothing is lost of what was typed."""
    known_case(case_id, request.user)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        told = [str(problem) for errors in form.errors.values() for problem in errors]
        return _answer(request, case_id, _REFUSED, " ".join(told))
    try:
        _give(case_id, request, form)
    except NarcowatchError as error:
        return _answer(request, case_id, _REFUSED, str(error))
    leases.give_back(case_id, request.user)
    names = {
        VerdictKind.CONFIRM: _("Confirmed: case %(case)s."),
        VerdictKind.DISMISS: _("Dismissed: case %(case)s."),
        VerdictKind.ESCALATE: _("Escalated: case %(case)s."),
        VerdictKind.HOLD: _("Held: case %(case)s."),
    }
    said = names[VerdictKind(form.cleaned_data["verdict"])] % {"case": case_id}
    return _answer(request, case_id, _DONE, said)


def _give(case_id: int, request: Asked, form: VerdictForm) -> None:
    given, person = form.cleaned_data, request.user
    reason, seconds = given["reason"], given["seconds"]
    match VerdictKind(given["verdict"]):
        case VerdictKind.CONFIRM:
            tie = Jurisdiction(given["jurisdiction"])
            service.confirm(case_id, person, jurisdiction=tie, reason=reason, seconds=seconds)
        case VerdictKind.DISMISS:
            service.dismiss(
                case_id, person, reason=reason, seconds=seconds,
                drawn_share=settings.NARCOWATCH.review.dismissals_drawn,
            )  # fmt: skip
        case VerdictKind.ESCALATE:
            service.escalate(case_id, person, reason=reason, seconds=seconds)
        case VerdictKind.HOLD:
            service.hold(
                case_id, person, reason=reason, until=form.hold_until, owner=given["owner"],
                seconds=seconds,
            )  # fmt: skip


def skip(request: Asked, case_id: int) -> HttpResponseBase:
    """Leave the case to others."""
    known_case(case_id, request.user)
    leases.skip(case_id, request.user)
    return _answer(request, case_id, _DONE, _("Left to others: case %(case)s.") % {"case": case_id})


def keep(request: Asked, case_id: int) -> HttpResponseBase:
    """A sign of life from an open case."""
    known_case(case_id, request.user)
    if leases.keep(case_id, request.user, _lasting()):
        return JsonResponse({})
    return JsonResponse({"said": _("Somebody else has this case by now.")}, status=_TAKEN)


def undo(request: Asked) -> HttpResponseBase:
    """Take the last verdict back, and have the case again."""
    within = timedelta(seconds=settings.NARCOWATCH.review.undo_seconds)
    last = undoing.last_undoable(request.user, within)
    if last is None:
        messages.error(request, _("There is nothing left to undo."))
        return redirect("queue")
    leases.have(last.case_id, request.user, _lasting())  # before it is open to all again
    try:
        undoing.undo(last.case_id, request.user, within)
    except NarcowatchError as error:
        leases.give_back(last.case_id, request.user)
        messages.error(request, str(error))
        return redirect("queue")
    said = _("Taken back: case %(case)s.")
    if informed(request.user).filter(case=last.case_id).exists():
        leases.give_back(last.case_id, request.user)
        said = _(
            "Taken back: case %(case)s. Others had spoken before you: somebody else decides it."
        )
    messages.success(request, said % {"case": last.case_id})
    return redirect("case", last.case_id)


def _answer(request: Asked, case_id: int, status: int, said: str) -> HttpResponseBase:
    """For the script as JSON, for a browser without it as a page."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"said": retold(said), **_undo_context(request)}, status=status)
    if status == _DONE:
        messages.success(request, said)
        return redirect("queue")
    context = {
        **case_context(case_id, request.user),
        **_filter_context(request),
        "in_queue": True,
        "problem": said,
    }
    return render(request, "console/queue.html", context, status=status)


def _undo_context(request: Asked) -> dict[str, int]:
    """For how many seconds the last verdict can be taken back; 0 for no longer. The clock of
    whoever reads it may go wrong."""
    within = timedelta(seconds=settings.NARCOWATCH.review.undo_seconds)
    last = undoing.last_undoable(request.user, within)
    left = (last.until - timezone.now()).total_seconds() if last else 0
    return {"undo_left": max(0, math.ceil(left))}


def _filter_context(request: Asked) -> dict[str, Any]:
    wanted = wanted_of(request)
    return {
        "wanted": wanted,
        "filtered": wanted != leases.Wanted(),
        "filters": filters.saved(request.user),
        "choices": filter_choices(wanted),
        "lease_s": int(_lasting().total_seconds()),
    }


def _lasting() -> timedelta:
    return timedelta(minutes=settings.NARCOWATCH.review.lease_minutes)
