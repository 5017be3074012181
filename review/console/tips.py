"""Tips: the list, and files of tips taken in."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.people import may
from domain.errors import InputError
from review import tips as service
from review.apps import tip_rules
from review.console.asking import Asked
from review.console.numbers import page_of

_REFUSED = 422
_PROBLEMS_SHOWN = 200


class FileForm(forms.Form):
    """A file of tips."""

    file = forms.FileField(allow_empty_file=False, max_length=200)


def tips(request: Asked) -> HttpResponseBase:
    """Tips, the last told first."""
    page = service.tip_lines(request.user, page=page_of(request))
    context = {"page": page, "may_upload": may(request.user, service.UPLOADERS)}
    return render(request, "console/tips.html", context)


def upload(request: Asked) -> HttpResponseBase:
    """Take in a file; every line of it is taken or named."""
    if request.method != "POST":
        return render(request, "console/tips_upload.html")
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, _("Choose a file."))
    rules = tip_rules(settings.NARCOWATCH)
    data = form.cleaned_data["file"].read(rules.max_bytes + 1)
    try:
        done = service.import_file(request.user, data, rules)
    except InputError as error:
        return _refused(request, str(error))
    context = {"done": done, "problems": done.problems[:_PROBLEMS_SHOWN]}
    return render(request, "console/tips_upload.html", context)


def _refused(request: Asked, problem: str) -> HttpResponseBase:
    return render(request, "console/tips_upload.html", {"problem": problem}, status=_REFUSED)
