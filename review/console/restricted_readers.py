"""Who reads the restricted queue: given, confirmed by another, ended. Nothing of the queue."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.people import may
from domain.errors import InputError, NarcowatchError
from review import restricted_readers as service
from review.console.asking import Asked

_REFUSED = 422


class GrantForm(forms.Form):
    """Whom, why, and until the end of which day."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    @property
    def ends_at(self) -> datetime:
        """The end of the last day where the house is."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["last"], time.max))


def restricted_readers(request: Asked) -> HttpResponseBase:
    """The grants, and a form for one more."""
    return _page(request, GrantForm())


def give(request: Asked) -> HttpResponseBase:
    """Give somebody the queue, once another person confirms it."""
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=_REFUSED)
    given = form.cleaned_data
    try:
        service.give(request.user, given["name"], reason=given["reason"], ends_at=form.ends_at)
    except NarcowatchError as error:
        return _page(request, form, problem=str(error), status=_REFUSED)
    messages.success(request, _("Given, once another person confirms it."))
    return redirect("restricted_readers")


def change(request: Asked, grant_id: int) -> HttpResponseBase:
    """Confirm or end a grant."""
    try:
        match request.POST.get("what", ""):
            case "confirm":
                service.confirm(grant_id, request.user)
            case "end":
                service.end(grant_id, request.user, request.POST.get("reason", "")[:1000])
            case _:
                raise InputError(_("There is nothing of this kind to change."))
    except NarcowatchError as error:
        return _page(request, GrantForm(), problem=str(error), status=_REFUSED)
    messages.success(request, _("Done."))
    return redirect("restricted_readers")


def _page(
    request: Asked, form: GrantForm, *, problem: str = "", status: int = 200
) -> HttpResponseBase:
    context = {
        "lines": service.grants(request.user),
        "form": form,
        "problem": problem,
        "may_give": may(request.user, service.GIVERS),
    }
    return render(request, "console/restricted_readers.html", context, status=status)
