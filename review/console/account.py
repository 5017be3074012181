"""Signing in and out, the second factor, the own password, the language."""

from __future__ import annotations

import math
import time
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, ngettext
from django.utils.translation import gettext as _
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases import audit
from cases.models import Person
from cases.people import change_password
from domain.errors import InputError
from review.console.asking import Asked, has_second_factor
from review.console.forms import CodeForm, PasswordForm

BEGAN = "began"
_NEXT = "next"


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Name and password. The answer to a wrong one does not say which of them is wrong."""
    back = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
    problem = ""
    if request.method == "POST":
        name, word = request.POST.get("name", ""), request.POST.get("password", "")
        person = authenticate(request, username=name, password=word)
        if isinstance(person, Person):
            asked_for_code = settings.NARCOWATCH.review.second_factor
            _tell("person.password_given" if asked_for_code else "person.signed_in", person)
            login(request, person)
            request.session[BEGAN] = time.time()
            request.session[_NEXT] = back
            return redirect("code" if asked_for_code else back)
        problem = _("No such person, wrong password, or not active.")
    status = 403 if problem else 200
    context = {"problem": problem, "next": back}
    return render(request, "console/sign_in.html", context, status=status)


def _tell(action: str, person: Person) -> None:
    with transaction.atomic():
        audit.append(action, f"person:{person.username}", actor=person.username)


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    if isinstance(request.user, Person):
        _tell("person.signed_out", request.user)
    logout(request)
    return redirect("sign_in")


def code(request: Asked) -> HttpResponseBase:
    """The second factor: a code of the authenticator that the person enrolled."""
    device = _device(request)
    if device is None:
        return redirect("enrol")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wait = _wait(device)
        if _is_right(device, form.cleaned_data["code"]):
            _go_on(request, device)
            return redirect(_safe(request, request.session.pop(_NEXT, "")))
        form.add_error("code", wait or _wrong(device))
    return _answer(request, "console/code.html", {"form": form}, form)


def enrol(request: Asked) -> HttpResponseBase:
    """Show a new authenticator its secret, once, and take its first code for proof."""
    if _device(request) is not None:  # whoever knows the password alone gets no second device
        return redirect("code")
    device = _new_device(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wait = _wait(device)
        if _is_right(device, form.cleaned_data["code"]):
            return _enrolled(request, device)
        form.add_error("code", wait or _wrong(device))
    picture = segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2)
    context = {"form": form, "picture": picture, "secret": _spelt(device)}
    return _answer(request, "console/enrol.html", context, form)


def _go_on(request: Asked, device: TOTPDevice) -> None:
    """Somebody who gave the code may more: whoever knew the session before does not know this."""
    _tell("person.signed_in", request.user)
    otp_login(request, device)
    request.session.cycle_key()


def _enrolled(request: Asked, device: TOTPDevice) -> HttpResponseBase:
    name = request.user.get_username()
    with transaction.atomic():
        device.confirmed = True
        device.save()
        audit.append("person.second_factor", f"person:{name}", actor=name)
    _go_on(request, device)
    return redirect(_safe(request, request.session.pop(_NEXT, "")))


def password(request: Asked) -> HttpResponseBase:
    """Change the own password; whoever got one from somebody else must."""
    if settings.NARCOWATCH.review.second_factor and not has_second_factor(request):
        return redirect("code")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        return redirect("home")
    context = {"form": form, "must": not request.user.own_password}
    return _answer(request, "console/password.html", context, form)


def _changed(request: Asked, form: PasswordForm) -> bool:
    person = request.user
    given = form.cleaned_data
    if not _is_own(request, given["old"]):
        form.add_error("old", _("This is not your password."))
        return False
    if given["new"] == given["old"]:
        form.add_error("new", _("This is the password that you have."))
        return False
    try:
        change_password(person, given["new"], actor=person.username)
    except InputError as error:
        form.add_error("new", str(error))
        return False
    update_session_auth_hash(request, person)
    return True


def _is_own(request: Asked, password: str) -> bool:
    """Whether it is the password of whoever asks. Wrong ones count like those at signing in:
    whoever finds a screen unlocked does not get to try."""
    return authenticate(request, username=request.user.username, password=password) is not None


def language(request: HttpRequest) -> HttpResponseBase:
    """Have the console speak another language from now on."""
    response = redirect(_safe(request, request.POST.get("next", "")))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Strict",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


def _safe(request: HttpRequest, address: str) -> str:
    """``address`` where it is a page of ours, the nearest page above where it takes forms alone (a
    case for its verdict), else where everybody begins."""
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    path = urlsplit(address).path if ours and address.startswith("/") else ""
    if _is_page(path):
        return address
    while path and not _is_page(path):
        path = path.rpartition("/")[0]
    return path or reverse("home")


def _is_page(path: str) -> bool:
    from review.console.table import BY_NAME  # which is made of this module, too

    try:
        page = BY_NAME.get(resolve(path).url_name or "")
    except Resolver404:
        return False
    return page is not None and "GET" in page.methods


def _device(request: Asked) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=request.user, confirmed=True).first()


def _new_device(person: Person) -> TOTPDevice:
    """The authenticator that waits for its first code: one, however many pages ask at once."""
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        waiting = TOTPDevice.objects.filter(user=person, confirmed=False).order_by("pk").first()
        return waiting or TOTPDevice.objects.create(
            user=person, confirmed=False, name="authenticator"
        )


def _is_right(device: TOTPDevice, code: str) -> bool:
    """Whether the code is that of now. One code opens one session: of two that come at once, the
    second finds it used."""
    with transaction.atomic():
        held = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        right: bool = held.verify_token(code)
    device.refresh_from_db()
    return right


def _wait(device: TOTPDevice) -> str:
    """What somebody is told whose code is not looked at yet, after wrong ones; else nothing."""
    seconds = _seconds_to_wait(device)
    told = ngettext(
        "Wait %(n)s second before you try again: codes are looked at once that is over.",
        "Wait %(n)s seconds before you try again: codes are looked at once that is over.",
        seconds,
    )
    return told % {"n": seconds} if seconds else ""


def _wrong(device: TOTPDevice) -> str:
    """That the code was looked at and is wrong, and when the next one is looked at."""
    seconds = _seconds_to_wait(device)
    told = ngettext(
        "This is not the code of now. Try again in %(n)s second.",
        "This is not the code of now. Try again in %(n)s seconds.",
        seconds,
    )
    return told % {"n": seconds}


def _seconds_to_wait(device: TOTPDevice) -> int:
    allowed, why = device.verify_is_allowed()
    if allowed or not why or "locked_until" not in why:
        return 0
    left: float = (why["locked_until"] - timezone.now()).total_seconds()
    return max(1, math.ceil(left))


def _spelt(device: TOTPDevice) -> str:
    """The secret in groups of four, for authenticators without a camera (RFC 4648, base 32)."""
    secret = device.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _answer(
    request: HttpRequest, template: str, context: dict[str, object], form: CodeForm | PasswordForm
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, context, status=status)
