"""The audit chain: looked through, taken as a file, verified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from domain.defang import defang_prose, printable
from review import trail
from review.actions import action_called
from review.console.asking import Asked
from review.tables import csv_lines

_SEQUENCE_DIGITS = 18
#: Days whose midnights every zone and database has.
_DAYS = (MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1)))


class FilterForm(forms.Form):
    """Which events are wanted."""

    actor = forms.CharField(label=_("Actor"), max_length=200, required=False)
    action = forms.CharField(label=_("Action"), max_length=60, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    first = forms.DateField(
        label=_("From day"), required=False, validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    last = forms.DateField(
        label=_("To day"), required=False, validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day is before the first."))
        return given

    @property
    def wanted(self) -> trail.Filter:
        """The filter, of a form that is valid."""
        return trail.Filter(**{name: self.cleaned_data[name] for name in self.fields})


def audit(request: Asked) -> HttpResponseBase:
    """Events, the newest first."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        return render(request, "console/audit.html", {"form": form}, status=422)
    page = trail.page(
        request.user,
        form.wanted,
        before=_number(request.GET, "before"),
        after=_number(request.GET, "after"),
    )
    asked = form.wanted.as_details()
    context = {
        "form": form,
        "trail": page,
        "lines": [_line(shown) for shown in page.events],
        "asked": asked,
        "older": urlencode({**asked, "before": page.older or ""}),
        "newer": urlencode({**asked, "after": page.newer or ""}),
    }
    return render(request, "console/audit.html", context)


def export(request: Asked) -> HttpResponseBase:
    """The events of the filter as a file, in pieces; the chain says who took it."""
    form = FilterForm(request.POST)
    kind = request.POST.get("form", "")
    if not form.is_valid() or kind not in {"csv", "jsonl"}:
        return HttpResponseBadRequest()
    up_to = trail.begin_export(request.user, form.wanted, kind)
    events = trail.exported(request.user, form.wanted, up_to)
    if kind == "csv":
        lines = csv_lines(trail.HEADERS, map(trail.row, events))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    else:
        lines = map(trail.json_line, events)
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="audit-to-{up_to}.{kind}"'
    return response


def verify(request: Asked) -> HttpResponseBase:
    """Walk the chain and show what that found."""
    checked = trail.check(request.user)
    problems = [defang_prose(printable(line)) for line in checked.problems]
    context = {"checked": checked, "problems": problems}
    return render(request, "console/audit_verified.html", context)


def _line(shown: trail.Shown) -> dict[str, object]:
    event = shown.event
    return {
        "seq": event.seq,
        "at": event.at,
        "actor": printable(event.actor),
        "action": event.action,
        "called": action_called(event.action),
        "subject": printable(event.subject),
        "details": defang_prose(printable(shown.text)),
        "withheld": shown.details is trail.WITHHELD,
    }


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    fits = text.isascii() and text.isdecimal() and len(text) <= _SEQUENCE_DIGITS
    return int(text) if fits else None
