"""Letters of requests and releases, as PDF."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from blocking.plan import LANGUAGES, ExportPlan
from domain.errors import InputError
from review.console.asking import Asked
from review.letters import letter_of, letter_with
from review.sentences import retold


def request_letter(request: Asked, request_id: UUID, language: str) -> HttpResponseBase:
    """The letter of a request."""
    _check(language)
    try:
        made = letter_of(request_id, language, request.user, _plan())
    except InputError as error:
        messages.error(request, retold(str(error)))
        return redirect("request", request_id)
    return _pdf(made, f"request-{request_id}-{language}")


def export_letter(request: Asked, export_id: int, language: str) -> HttpResponseBase:
    """The letter that goes with a release."""
    _check(language)
    try:
        made = letter_with(export_id, language, request.user, _plan())
    except InputError as error:
        messages.error(request, retold(str(error)))
        return redirect("export", export_id)
    return _pdf(made, f"export-{export_id}-{language}")


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise Http404(f"no letters in {language}")


def _plan() -> ExportPlan:
    plan: ExportPlan = apps.get_app_config("blocking").checked_plan()  # type: ignore[attr-defined]
    return plan


def _pdf(made: bytes, name: str) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
