"""A family of cases, and one verdict for those of it that are ticked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.bundles.access import allowed
from cases.models import Case
from cases.people import DECIDERS, may
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import InputError
from review.console.asking import Asked
from review.console.forms import JURISDICTIONS, FamilyForm
from review.families import FamilyView, Given, decide_ticked, family_view
from review.family_picture import picture_of
from review.sentences import retold

_REFUSED = 422


def family(request: Asked, family_id: int) -> HttpResponseBase:
    """The page of a family."""
    return _page(request, _view(request, family_id), {})


def decide(request: Asked, family_id: int) -> HttpResponseBase:
    """One verdict for every ticked case; what was refused is named case by case."""
    view = _view(request, family_id)
    form = FamilyForm(request.POST)
    if not form.is_valid():
        told = [str(problem) for errors in form.errors.values() for problem in errors]
        return _page(request, view, {"problem": " ".join(told)}, status=_REFUSED)
    given = form.cleaned_data
    tie = given["jurisdiction"]
    try:
        found = decide_ticked(
            family_id,
            given["cases"],
            request.user,
            VerdictKind(given["verdict"]),
            reason=given["reason"],
            jurisdiction=Jurisdiction(tie) if tie else None,
            seconds=given["seconds"],
            drawn_share=settings.NARCOWATCH.review.dismissals_drawn,
        )
    except InputError as error:
        return _page(request, view, {"problem": str(error)}, status=_REFUSED)
    _tell(request, found)
    return redirect("family", family_id)


def _tell(request: Asked, found: tuple[Given, ...]) -> None:
    done = [one for one in found if not one.problem]
    if done:
        said = ngettext("%(n)s case decided.", "%(n)s cases decided.", len(done))
        messages.success(request, said % {"n": len(done)})
    for one in found:
        if one.problem:
            said = _("Case %(case)s was not decided: %(problem)s")
            messages.error(request, said % {"case": one.case_id, "problem": retold(one.problem)})


def _view(request: Asked, family_id: int) -> FamilyView:
    try:
        return family_view(family_id, request.user)
    except InputError as error:
        raise Http404(str(error)) from error


def _cases(view: FamilyView) -> list[Case]:
    return list(Case.objects.filter(pk__in=[member.case_id for member in view.members]))


def _page(
    request: Asked, view: FamilyView, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {
        "view": view,
        "picture": picture_of(view),
        "jurisdictions": JURISDICTIONS,
        "may_hand_over": bool(allowed(_cases(view), request.user)),
        "may_decide": may(request.user, DECIDERS) and any(m.open for m in view.members),
        **more,
    }
    return render(request, "console/family.html", context, status=status)
