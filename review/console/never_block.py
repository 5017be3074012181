"""The never-block list: looked through, changed, taken as a file and filled from one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from blocking import protected
from blocking.neverblock import Wanted
from blocking.protection import Protection
from cases.people import may
from domain.errors import InputError, NarcowatchError
from review import never_block as service
from review import never_block_files as files
from review.console.asking import Asked
from review.console.forms import AnswerFileForm
from review.console.numbers import page_of
from review.tables import csv_lines
from review.vocabulary import CATEGORIES

_REFUSED = 422
_DAY = {"type": "date"}


class NameForm(forms.Form):
    """A name that is to be protected."""

    name = forms.CharField(label=gettext_lazy("Host name"), max_length=253)
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=[*CATEGORIES.items()])
    below = forms.BooleanField(
        label=gettext_lazy("Names below it too"), required=False, initial=True
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it must not be blocked"), max_length=protected.LONGEST_REASON
    )
    source = forms.CharField(
        label=gettext_lazy("Where that was learnt"), max_length=protected.LONGEST_SOURCE
    )
    review_by = forms.DateField(
        label=gettext_lazy("Ask again by"), widget=forms.DateInput(attrs=_DAY)
    )


class ChangeForm(forms.Form):
    """One step with an entry; each asks for what it needs."""

    what = forms.ChoiceField(choices=[(w, w) for w in ("propose", "withdraw", "keep", "review")])
    reason = forms.CharField(max_length=protected.LONGEST_REASON, required=False)
    review_by = forms.DateField(required=False)


def never_block(request: Asked) -> HttpResponseBase:
    """Entries, and a form for one more."""
    return _page(request, NameForm())


def add(request: Asked) -> HttpResponseBase:
    """Put a name on the list; its page says what it covers."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=_REFUSED)
    try:
        done = protected.add(request.user, Wanted(**form.cleaned_data), _lists())
    except InputError as error:
        return _page(request, form, problem=str(error), status=_REFUSED)
    messages.success(request, _("Protected from now on: %(name)s.") % {"name": done.row.name})
    if done.covered:
        n = len(done.covered)
        told = ngettext(
            "It covers %(n)s request that is in force.", "It covers %(n)s requests in force.", n
        )
        messages.warning(request, told % {"n": n})
    return redirect("protected_name", done.row.pk)


def one_name(request: Asked, entry_id: int) -> HttpResponseBase:
    """An entry: why, since when, what it covers, and all that was done with it."""
    return _entry_page(request, entry_id)


def change(request: Asked, entry_id: int) -> HttpResponseBase:
    """One step: withdrawal proposed, done or rejected, or the entry reviewed."""
    _view(request, entry_id)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        told = _("There is nothing of this kind to change.")
        return _entry_page(request, entry_id, problem=told, status=_REFUSED)
    try:
        said = _step(request, entry_id, form.cleaned_data)
    except NarcowatchError as error:
        return _entry_page(request, entry_id, problem=str(error), status=_REFUSED)
    messages.success(request, said)
    return redirect("protected_name", entry_id)


def _step(request: Asked, entry_id: int, given: dict[str, Any]) -> str:
    person, reason = request.user, given["reason"]
    match given["what"]:
        case "propose":
            protected.propose_withdrawal(entry_id, person, reason)
            return _("Proposed. It protects until another person withdraws it.")
        case "withdraw":
            protected.withdraw(entry_id, person)
            return _("Withdrawn. It protects nothing from now on.")
        case "keep":
            protected.keep(entry_id, person, reason)
            return _("Kept.")
        case _:
            if given["review_by"] is None:
                raise InputError(_("Give the day by which to ask again."))
            protected.review(entry_id, person, given["review_by"], reason)
            return _("Reviewed.")


def take_file(request: Asked) -> HttpResponseBase:
    """Put the names of a file on the list; wrong lines are named and hold up no other."""
    form = AnswerFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, NameForm(), problem=_("Choose a file."), status=_REFUSED)
    data = form.cleaned_data["file"].read(files.MOST_BYTES + 1)
    try:
        done = files.take_file(request.user, data, _lists())
    except InputError as error:
        return _page(request, NameForm(), problem=str(error), status=_REFUSED)
    return render(request, "console/never_block_imported.html", {"done": done})


def as_csv(request: Asked) -> HttpResponseBase:
    """The entries of the filter as a file that can be taken in again."""
    rows = files.file_rows(request.user, _wanted(request), _lists())
    response = StreamingHttpResponse(
        csv_lines(files.HEADERS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="never-block.csv"'
    return response


def _wanted(request: Asked) -> service.Filter:
    names = ("text", "category", "origin", "standing")
    return service.Filter(**{name: request.GET.get(name, "") for name in names}).cleared()


def _lists() -> Protection:
    lists: Protection = apps.get_app_config("blocking").lists  # type: ignore[attr-defined]
    return lists


def _page(
    request: Asked, form: NameForm, *, problem: str = "", status: int = 200
) -> HttpResponseBase:
    wanted = _wanted(request)
    context = {
        "page": service.names(request.user, wanted, _lists(), page=page_of(request)),
        "chosen": wanted,
        "categories": CATEGORIES,
        "form": form,
        "problem": problem,
        "may_change": may(request.user, protected.PROTECTORS),
        "query": request.GET.urlencode(),
    }
    return render(request, "console/never_block.html", context, status=status)


def _view(request: Asked, entry_id: int) -> service.EntryView:
    try:
        return service.entry(entry_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error


def _entry_page(
    request: Asked, entry_id: int, *, problem: str = "", status: int = 200
) -> HttpResponseBase:
    context = {"view": _view(request, entry_id), "problem": problem}
    return render(request, "console/protected_name.html", context, status=status)
