"""The API for volunteers' programs: report links, ask what became of them. See openapi.json."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from domain.clock import iso
from domain.defang import printable
from domain.errors import AccessError, InputError
from review.public.asked import platforms
from review.public.limits import Limit, count_refused, wait_of
from review.public.models import Sending, Token
from review.public.openapi import document
from review.public.reading import Link, UnreadableLink, Wrong, read_link
from review.public.sending import Report, SentOtherwise, send_report, sending_of, told_together
from review.public.tokens import Scope, of_secret

_S = HTTPStatus
_LONGEST_KEY = 200


class _Refusal(Exception):
    """An answer that ends a request: RFC 9457 problem details."""

    def __init__(self, status: HTTPStatus, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def tips(request: HttpRequest) -> HttpResponseBase:
    """``POST``: report links. The answer has the number."""
    try:
        _allow(request, "POST")
        token = _token(request, Scope.WRITE)
        return _reported(request, token)
    except _Refusal as refusal:
        return _problem(refusal)


def tip(request: HttpRequest, number: str) -> HttpResponseBase:
    """``GET``: what became of what this token sent under a number."""
    try:
        _allow(request, "GET")
        token = _token(request, Scope.READ)
        try:
            found = sending_of(number, token=token)
        except InputError:
            found = None
        if found is None:
            raise _Refusal(_S.NOT_FOUND, "this token sent nothing under that number")
        return JsonResponse(_told(found))
    except _Refusal as refusal:
        return _problem(refusal)


def openapi(request: HttpRequest) -> HttpResponseBase:
    """The description of the API."""
    return JsonResponse(document(settings.INTAKE.max_links, settings.INTAKE.max_text))


def _reported(request: HttpRequest, token: Token) -> HttpResponseBase:
    links, text = _content(request)
    once = request.headers.get("Idempotency-Key", "")
    if len(once) > _LONGEST_KEY or not once.isprintable():
        raise _Refusal(_S.BAD_REQUEST, f"Idempotency-Key: at most {_LONGEST_KEY} characters")
    try:
        sent = send_report(Report(links, text), once or secrets.token_hex(32), token=token)
    except SentOtherwise as error:
        detail = "this Idempotency-Key came before with another body"
        raise _Refusal(_S.CONFLICT, detail) from error
    told = {"number": sent.number, "again": sent.again}
    return JsonResponse(told, status=_S.OK if sent.again else _S.CREATED)


def _content(request: HttpRequest) -> tuple[list[Link], str]:
    if request.content_type != "application/json":
        raise _Refusal(_S.UNSUPPORTED_MEDIA_TYPE, "send application/json")
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise _Refusal(_S.BAD_REQUEST, "the body is no JSON") from error
    given = data if isinstance(data, dict) else {}
    links, text = given.get("links"), given.get("text", "")
    values = settings.INTAKE
    if not isinstance(links, list) or not all(isinstance(one, str) for one in links) or not links:
        raise _Refusal(_S.UNPROCESSABLE_ENTITY, "links: a list of texts, one at least")
    if not isinstance(text, str) or len(text) > values.max_text or not _is_text(text):
        raise _Refusal(_S.UNPROCESSABLE_ENTITY, f"text: at most {values.max_text} characters")
    if unknown := sorted({*given} - {"links", "text"}):
        raise _Refusal(_S.UNPROCESSABLE_ENTITY, f"unknown: {printable(', '.join(unknown))[:200]}")
    if len(links) > values.max_links:
        raise _Refusal(_S.UNPROCESSABLE_ENTITY, f"links: at most {values.max_links}")
    found, wrong = list[Link](), list[dict[str, Any]]()
    for place, one in enumerate(links):
        try:
            found.append(_read(one))
        except UnreadableLink as error:
            wrong.append({"at": place, "reason": error.reason.value})
    if wrong:
        raise _Refusal(_S.UNPROCESSABLE_ENTITY, "links that name no target", wrong=wrong)
    return list({link.target: link for link in found}.values()), text


def _read(text: str) -> Link:
    if not _is_text(text):
        raise UnreadableLink(Wrong.UNREADABLE, "")
    return read_link(text.strip(), platforms())


def _is_text(text: str) -> bool:
    """Whether a database can keep it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def _told(found: Sending) -> dict[str, Any]:
    return {
        "sent_at": iso(found.sent_at),
        "state": told_together(found).value,
        "targets": [
            {"target": str(item.target), "state": item.target.told} for item in found.items.all()
        ],
    }


def _allow(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise _Refusal(_S.METHOD_NOT_ALLOWED, f"this address answers {method}")


def _token(request: HttpRequest, scope: Scope) -> Token:
    """Who asks. Raises _Refusal for nobody, for what the token may not, and for too often."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        if kind.lower() != "bearer":
            raise AccessError("no token")
        token = of_secret(secret.strip())
    except AccessError as error:
        raise _Refusal(_S.UNAUTHORIZED, "a token is needed that is in force") from error
    if scope not in token.scopes:
        raise _Refusal(_S.FORBIDDEN, f"this token lacks the scope {scope.value}")
    wait = wait_of("api", f"token {token.pk}", [Limit(settings.INTAKE.api_per_hour)])
    if wait:
        count_refused("too often")
        raise _Refusal(_S.TOO_MANY_REQUESTS, "too many requests of this token", wait=wait)
    return token


def _problem(refusal: _Refusal) -> HttpResponseBase:
    told = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "detail": refusal.detail,
        **refusal.more,
    }
    response = JsonResponse(told, status=refusal.status, content_type="application/problem+json")
    if refusal.status is _S.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if refusal.status is _S.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(refusal.more["wait"])
    if refusal.status is _S.METHOD_NOT_ALLOWED:
        response["Allow"] = refusal.detail.rpartition(" ")[2]
    return response
