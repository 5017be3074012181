"""The door of the API: a token in the header ``Authorization`` (RFC 6750) and nothing else.

Sessions of the console open nothing here, so that no page of another site can ask in anybody's
name.
"""

from __future__ import annotations

import logging
import re

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.security.http import HttpAuthBase

from review import tokens
from review.api.failures import Failures
from review.api.problems import Refused, problem
from review.tokens import Grant, Scope

log = logging.getLogger(__name__)
_REALM = 'Bearer realm="narcowatch"'
INSUFFICIENT = f'{_REALM}, error="insufficient_scope"'
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,200}=*")
_FAILURES = Failures()


class Bearing(HttpRequest):
    """A request that came with a good token: ``auth`` says for what."""

    auth: Grant


class Bearer(HttpAuthBase):
    """Lets those through whose token is good for ``scope``; for any where that is None."""

    openapi_scheme = "bearer"
    openapi_description = "A token that a person made in the console, with its scopes."

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Grant:
        """What the token is good for. Raises Refused, with what RFC 6750 asks to be said."""
        grant = shown(request)
        if self.scope is not None and not grant.allows(self.scope):
            challenge = f'{INSUFFICIENT}, scope="{self.scope}"'
            detail = f"This needs a token with the scope {self.scope}."
            raise Refused(403, detail, {"WWW-Authenticate": challenge})
        return grant


def shown(request: HttpRequest) -> Grant:
    """What the token of ``request`` is good for. Raises Refused where it has none that is."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise Refused(401, "Show a token.", {"WWW-Authenticate": _REALM})
    token = token.strip()
    grant = tokens.grant_of(token) if _TOKEN.fullmatch(token) else None
    if grant is None:
        raise _failed(request)
    return grant


def refusal(request: HttpRequest) -> HttpResponse | None:
    """What somebody is told who shows no good token, of whatever scope; None where one is shown."""
    try:
        shown(request)
    except Refused as refused:
        return problem(refused.status, refused.detail, headers=refused.headers)
    return None


def _failed(request: HttpRequest) -> Refused:
    """What is said of a bad token: of a flood of them, to wait. Nothing of it is written down."""
    address = str(get_client_ip_address(request) or "")
    count, most = _FAILURES.note(address), settings.NARCOWATCH.review.token_failures
    if count <= most:
        log.warning("a token that is good for nothing came from %s (%d)", address, count)
    else:
        return Refused(429, "Too many bad tokens.", {"Retry-After": str(_FAILURES.wait())})
    challenge = (
        f'{_REALM}, error="invalid_token", error_description="expired, withdrawn or unknown"'
    )
    return Refused(401, "This token is good for nothing.", {"WWW-Authenticate": challenge})
