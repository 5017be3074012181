"""People and what they may: for administrators, who decide no case."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import people as service
from cases.models import Person
from cases.people import Role
from domain.errors import InputError
from review import second_factor
from review.console.asking import Asked
from review.vocabulary import GROUPS

_REFUSED = 422


def people(request: Asked) -> HttpResponseBase:
    """Everybody, and a form for one more."""
    return _page(request)


def add(request: Asked) -> HttpResponseBase:
    """Somebody new, with a first password that has to be changed at the first sign-in."""
    name, group = request.POST.get("name", ""), request.POST.get("group", "")
    try:
        service.add_person(
            name, request.POST.get("password", ""), _role(group), actor=request.user.username
        )
    except InputError as error:
        return _page(request, problem=str(error), name=name, status=_REFUSED)
    messages.success(request, _("Added: %(name)s.") % {"name": name})
    return redirect("people")


def change(request: Asked, person_id: int) -> HttpResponseBase:
    """Another group, password or recipient, switched off or on, or a lost authenticator
    forgotten."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404(f"there is no person {person_id}")
    try:
        _change(request, person)
    except InputError as error:
        return _page(request, problem=str(error), status=_REFUSED)
    messages.success(request, _("Changed: %(name)s.") % {"name": person.username})
    return redirect("people")


def _change(request: Asked, person: Person) -> None:
    actor = request.user.username
    what = request.POST.get("what", "")
    if person == request.user and what in {"group", "off"}:
        raise InputError(_("Nobody changes the own group or switches the own name off."))
    match what:
        case "group":
            service.change_group(person, _role(request.POST.get("group", "")), actor=actor)
        case "password" if person != request.user:
            service.change_password(person, request.POST.get("password", ""), actor=actor)
        case "recipient":
            recipient = request.POST.get("recipient", "")
            if recipient and recipient not in _recipients():
                raise InputError(_("There is no such recipient."))
            service.change_recipient(person, recipient, actor=actor)
        case "off" | "on":
            service.switch(person, active=what == "on", actor=actor)
        case "authenticator" if person != request.user:
            second_factor.take_away(person, actor=actor)
        case _:
            raise InputError(_("There is nothing of this kind to change."))


def _role(value: str) -> Role:
    if value not in set(Role):
        raise InputError(_("There is no such group."))
    return Role(value)


def _recipients() -> list[str]:
    return [one.name for one in settings.NARCOWATCH.blocking.recipients]


def _page(
    request: Asked, *, problem: str = "", name: str = "", status: int = 200
) -> HttpResponseBase:
    enrolled = second_factor.have_one()
    rows = [
        (person, [group.name for group in person.groups.all()], person.pk in enrolled)
        for person in Person.objects.prefetch_related("groups").order_by("username")
    ]
    context = {
        "rows": rows,
        "groups_there": list(GROUPS.items()),
        "recipients": _recipients(),
        "problem": problem,
        "name": name,
    }
    return render(request, "console/people.html", context, status=status)
