"""The recipients' own pages: their releases, the files, and what they answer."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.apps import apps
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from blocking.receipts import Received
from domain.errors import InputError, RecordError
from domain.outcomes import AS_TOLD
from review import own_files
from review import recipients as service
from review.console.asking import Asked
from review.console.forms import AnswerFileForm, AnswerForm
from review.console.numbers import page_of
from review.console.words import ANSWERS, OUTCOMES

_REFUSED, _NOT_AS_RELEASED = 422, 409


def own_exports(request: Asked) -> HttpResponseBase:
    """What was released for the recipient, the newest first."""
    context = {
        "page": service.own_exports(request.user, page=page_of(request)),
        "recipient": request.user.recipient,
    }
    return render(request, "console/own_exports.html", context)


def own_export(request: Asked, number: int) -> HttpResponseBase:
    """A release: its files and entries."""
    try:
        view = service.own_export(request.user, number, page=page_of(request))
        files = own_files.own_files(request.user, number, _folder())
    except InputError as error:
        raise Http404(str(error)) from error
    return render(request, "console/own_export.html", {"view": view, "files": files})


def own_file(request: Asked, number: int, name: str) -> HttpResponseBase:
    """A file, byte for byte as it was released."""
    try:
        found = own_files.download(request.user, number, name, _folder())
    except InputError as error:
        raise Http404(str(error)) from error
    except RecordError:
        text = _("This file is not what was released, and is not handed out. Tell the unit.")
        context = {"status": _NOT_AS_RELEASED, "text": text}
        return render(request, "console/error.html", context, status=_NOT_AS_RELEASED)
    response = FileResponse(
        found.stream,
        as_attachment=True,
        filename=found.facts.name,
        content_type=found.facts.media_type,
    )
    response["X-Content-SHA256"] = found.facts.sha256
    return response


def _folder() -> Path:
    found: Path = apps.get_app_config("blocking").exports()  # type: ignore[attr-defined]
    return found


def own_blank(request: Asked, number: int) -> HttpResponseBase:
    """A file to answer the release in."""
    try:
        lines = list(service.blank_answers(request.user, number))
    except InputError as error:
        raise Http404(str(error)) from error
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answers-{number}.csv"'
    return response


def own_receipts(request: Asked) -> HttpResponseBase:
    """What the recipient answered, the newest first."""
    context = {
        "page": service.own_receipts(request.user, page=page_of(request)),
        "recipient": request.user.recipient,
    }
    return render(request, "console/own_receipts.html", context)


def own_receipt(request: Asked, receipt_id: int) -> HttpResponseBase:
    """A receipt and what came of each row."""
    outcome = request.GET.get("outcome", "")
    try:
        view = service.own_receipt(request.user, receipt_id, outcome=outcome, page=page_of(request))
    except InputError as error:
        raise Http404(str(error)) from error
    told = {one: text for one, text in OUTCOMES.items() if one in AS_TOLD.values()}
    context = {"view": view, "outcomes": told, "outcome": outcome, "own": True}
    return render(request, "console/receipt.html", context)


def own_answer(request: Asked) -> HttpResponseBase:
    """Answer with a file, or one entry by hand."""
    problem = ""
    if request.method == "POST":
        try:
            return _sent(request)
        except InputError as error:
            problem = str(error)
    context = {
        "problem": problem,
        "answers": ANSWERS,
        "entry": request.POST.get("entry") or request.GET.get("entry", ""),
        "given": request.POST,
        "once": uuid.uuid4(),
        "recipient": request.user.recipient,
    }
    return render(request, "console/own_answer.html", context, status=_REFUSED if problem else 200)


def _sent(request: Asked) -> HttpResponseBase:
    done = _by_file(request) if "file" in request.FILES else _by_hand(request)
    if done.again:
        messages.warning(request, _("This very answer came before: nothing was done."))
    else:
        messages.success(request, _("Received. What came of each answer stands below."))
    return redirect("own_receipt", done.receipt.pk)


def _by_file(request: Asked) -> Received:
    form = AnswerFileForm(request.POST, request.FILES)
    config = apps.get_app_config("blocking")
    bounds = config.bounds()  # type: ignore[attr-defined]
    if not form.is_valid():
        raise InputError(" ".join(str(p) for errors in form.errors.values() for p in errors))
    file, beside = form.cleaned_data["file"], form.cleaned_data["signature"]
    return service.send_file(
        request.user,
        file.read(bounds.max_bytes + 1),
        file.name or "",
        bounds=bounds,
        zone=timezone.get_current_timezone(),
        trusted=config.trusted,  # type: ignore[attr-defined]
        signature=beside.read(bounds.max_bytes + 1) if beside else b"",
    )


def _by_hand(request: Asked) -> Received:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise InputError(_("Choose a file, or give the entry and the answer."))
    zone = timezone.get_current_timezone()
    once = str(form.cleaned_data["once"])
    return service.send_answer(request.user, form.cells(), once=once, zone=zone)
