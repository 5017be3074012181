"""Dossiers: asking for one, seeing how far it is, having it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from domain.errors import AccessError, InputError
from review.console.asking import Asked
from review.console.forms import DossierForm
from review.console.numbers import page_of
from review.dossier import asking, job
from review.dossier.building import FOLDER
from review.dossier.members import Members
from review.dossier.members import of_case as case_members
from review.dossier.members import of_family as family_members

_REFUSED = 422


def listed(request: Asked) -> HttpResponseBase:
    """Those that were made, the newest first."""
    page = asking.dossiers(request.user, page=page_of(request))
    return render(request, "console/dossiers.html", {"page": page})


def of_case(request: Asked, case_id: int) -> HttpResponseBase:
    """Ask for one on a case."""
    try:
        return _asked(request, case_members(case_id, request.user))
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error


def of_family(request: Asked, family_id: int) -> HttpResponseBase:
    """Ask for one on a family."""
    try:
        members = family_members(family_id, request.user)
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error
    return _asked(request, members)


def _asked(request: Asked, members: Members) -> HttpResponseBase:
    form = DossierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = asking.ask(members, form.wanted, request.user)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            job.start(row.pk)
            return redirect("dossier", row.pk)
    return _form(request, members, form)


def _form(request: Asked, members: Members, form: DossierForm) -> HttpResponse:
    kind, _, number = members.subject.partition(":")
    context: dict[str, Any] = {
        "form": form,
        "kind": kind,
        "number": int(number),
        "members": members,
        "languages": settings.LANGUAGES,
        "chosen": form.data.get("language") or get_language(),
    }
    status = _REFUSED if form.is_bound else 200
    return render(request, "console/dossier_form.html", context, status=status)


def shown(request: Asked, dossier_id: int) -> HttpResponseBase:
    """One of them, and how far it is."""
    line = _line(request, dossier_id)
    mine = line.row.person_id == request.user.pk
    context = {"line": line, "may_begin": mine and asking.can_be_made_again(line.row)}
    return render(request, "console/dossier.html", context)


def file(request: Asked, dossier_id: int) -> HttpResponseBase:
    """The archive, as it was made."""
    folder = settings.NARCOWATCH.data_dir / FOLDER
    try:
        row, path = asking.archive(dossier_id, request.user, folder)
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=row.file, content_type="application/zip"
    )
    response["X-Content-SHA256"] = row.sha256
    return response


def again(request: Asked, dossier_id: int) -> HttpResponseBase:
    """Make one after all that failed, or that nobody makes any more."""
    try:
        row = asking.again(dossier_id, request.user)
    except (InputError, AccessError) as error:
        raise Http404(str(error)) from error
    job.start(row.pk)
    return redirect("dossier", row.pk)


def _line(request: Asked, dossier_id: int) -> asking.DossierLine:
    try:
        return asking.dossier(dossier_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error
