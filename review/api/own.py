"""For any program: what its token is good for."""

from __future__ import annotations

from datetime import datetime

from ninja import Router, Schema

from review.api.bearer import Bearing
from review.api.document import reading
from review.tokens import Scope

router = Router(tags=["token"])


class OwnToken(Schema):
    """A token as its holder may know it. ``scopes`` are those that its owner may have now."""

    name: str
    owner: str
    scopes: list[Scope]
    ends_at: datetime


@reading(router, "/token", None, OwnToken)
def own_token(request: Bearing) -> OwnToken:
    """The token that was shown."""
    grant = request.auth
    scopes = [scope for scope in Scope if grant.allows(scope)]
    return OwnToken(
        name=grant.name, owner=grant.person.username, scopes=scopes, ends_at=grant.ends_at
    )
