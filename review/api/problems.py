"""What went wrong, as JSON (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpResponse
from ninja import Schema
from pydantic import Field

MEDIA_TYPE = "application/problem+json"


class Fault(Schema):
    """One thing that is wrong with what was given."""

    where: str = Field(description="Which parameter or field, from the outside in.")
    what: str


class Problem(Schema):
    """Why a request was not answered (RFC 9457). ``type`` is ``about:blank``: ``status`` tells all
    that a program needs, ``detail`` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    faults: list[Fault] = Field(default_factory=list)


class Refused(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self, status: int, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def problem(
    status: int,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    faults: Sequence[Fault] = (),
) -> HttpResponse:
    """The answer with such a problem."""
    title = HTTPStatus(status).phrase
    told = Problem(title=title, status=status, detail=detail, faults=[*faults])
    content = json.dumps(told.model_dump(), ensure_ascii=False)
    return HttpResponse(
        content, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def missing(what: str) -> Refused:
    """404, in the same words for what there is not and for what somebody may not know of."""
    return Refused(404, f"There is no such {what}.")
