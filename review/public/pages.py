"""The public pages: report, appeal, follow up. They work without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _

from domain.errors import InputError
from domain.told import Told
from review.public import errors
from review.public.asked import AppealForm, FollowForm, ReportForm, Trapped
from review.public.limits import Limit, count_refused, sender_of, wait_of
from review.public.models import Sending
from review.public.sending import (
    Appeal,
    Report,
    Sent,
    SentOtherwise,
    is_opening,
    opening,
    send_appeal,
    send_report,
    sending_of,
    told_together,
)
from review.public.words import ASKS, TOLD

_REFUSED = 422
_LANGUAGE_DAYS = 365


def home(request: HttpRequest) -> HttpResponseBase:
    """What can be done here."""
    return render(request, "public/home.html")


def report(request: HttpRequest) -> HttpResponseBase:
    """Report links."""
    if request.method != "POST":
        return _form(request, "public/report.html", ReportForm())
    form = ReportForm(request.POST)

    def send() -> Sent:
        given = form.cleaned_data
        return send_report(Report(form.found, given["text"]), given["once"])

    return _sent(request, "public/report.html", form, send)


def appeal(request: HttpRequest) -> HttpResponseBase:
    """Appeal against a block."""
    if request.method != "POST":
        return _form(request, "public/appeal.html", AppealForm())
    form = AppealForm(request.POST)

    def send() -> Sent:
        given = form.cleaned_data
        fields = ("target", "asks", "grounds", "contact")
        return send_appeal(Appeal(**{name: given[name] for name in fields}), given["once"])

    return _sent(request, "public/appeal.html", form, send)


def follow(request: HttpRequest) -> HttpResponseBase:
    """What became of a number. It comes in the body alone, so that no log has it."""
    context: dict[str, Any] = {}
    if request.method != "POST":
        return render(request, "public/follow.html", context)
    wait = wait_of("follow", sender_of(request), [Limit(settings.INTAKE.lookups_per_hour)])
    if wait:
        return errors.too_often(request, wait)
    form = FollowForm(request.POST)
    given = form.cleaned_data["number"] if form.is_valid() else ""
    status = 200
    try:
        found = sending_of(given)
    except InputError:
        problem, status = _("This is no number: one letter or digit of it is mistyped."), _REFUSED
        context = {"problem": problem, "number": given}
    else:
        if found is None:
            context, status = {"problem": _("Nothing was sent under it."), "number": given}, 404
        else:
            context = {"found": found, "lines": _lines(found), "answer": found.answer}
    return render(request, "public/follow.html", context, status=status)


def language(request: HttpRequest) -> HttpResponseBase:
    """Another language, in a cookie."""
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()})
    if not (ours and back.startswith("/")):
        back = reverse("home")
    response = redirect(back)
    chosen = request.POST.get("language", "")
    if check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=_LANGUAGE_DAYS * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


def _sent(
    request: HttpRequest, template: str, form: Trapped, send: Callable[[], Sent]
) -> HttpResponseBase:
    values = settings.INTAKE
    limits = [
        Limit(values.sendings_per_hour),
        Limit(values.sendings_per_day, daily=True),
        Limit(values.all_per_hour, together=True),
    ]
    if form.is_trap:
        count_refused("hidden field filled in")
        return _form(request, template, form, _("Leave the field empty that asks for it."))
    if not form.is_valid():
        return _form(request, template, form)
    if not is_opening(form.cleaned_data["once"]):
        text = _("This page was open too long. What you wrote is still here: send it again.")
        return _form(request, template, form, text)
    wait = wait_of("send", sender_of(request), limits)
    if wait:
        count_refused("too often")
        return errors.too_often(request, wait)
    try:
        sent = send()
    except SentOtherwise:
        text = _("You changed what was sent already. Send it again to send it as something new.")
        return _form(request, template, form, text)
    return render(request, "public/sent.html", {"sent": sent})


def _form(
    request: HttpRequest, template: str, form: Trapped, problem: str = ""
) -> HttpResponseBase:
    context = {
        "form": form,
        "given": form.data if form.is_bound else {},
        "problems": [problem] if problem else [],
        "once": opening(),
        "asks": ASKS,
        "most_text": settings.INTAKE.max_text,
    }
    return render(request, template, context, status=_REFUSED if form.is_bound else 200)


def _lines(found: Sending) -> list[tuple[str, Any]]:
    """What was sent and what is told of it; of an appeal one line."""
    if found.kind == Sending.Kind.APPEAL:
        return [(found.target, TOLD[told_together(found)])]
    return [
        (item.url or item.target.value, TOLD[Told(item.target.told)]) for item in found.items.all()
    ]
