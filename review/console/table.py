"""Every page of the console, and who may open it: the one table that addresses are made from.

What is not in it has no address. The doorkeeper asks it before any view runs; rules about single
cases hold below, in the services.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.http import HttpResponseBase

from cases.people import DECIDERS, Role
from review.console import account, audit, cases, home, overview, queue, second_review
from review.service import READERS
from review.trail import AUDIENCE

View = Callable[..., HttpResponseBase]
EVERYBODY = frozenset(Role)
OF_THE_HOUSE = EVERYBODY - {Role.REGULATOR}


class Signed(IntEnum):
    """How far somebody must have signed in."""

    NOT = 0
    BY_PASSWORD = 1
    FULLY = 2


@dataclass(frozen=True, slots=True)
class Page:
    """One address: its route, its name, what answers, who may, and by which methods."""

    route: str
    name: str
    view: View
    roles: frozenset[Role]
    signed: Signed = Signed.FULLY
    methods: tuple[str, ...] = ("GET",)

    def options(self) -> dict[str, Any]:
        """As Django's ``path`` takes it."""
        return {"route": self.route, "view": self.view, "name": self.name}


_BOTH = ("GET", "POST")
_POST = ("POST",)

PAGES = (
    Page("", "home", home.home, EVERYBODY),
    Page("sign-in", "sign_in", account.sign_in, EVERYBODY, Signed.NOT, _BOTH),
    Page("language", "language", account.language, EVERYBODY, Signed.NOT, _POST),
    Page("sign-out", "sign_out", account.sign_out, EVERYBODY, Signed.BY_PASSWORD, _POST),
    Page("code", "code", account.code, EVERYBODY, Signed.BY_PASSWORD, _BOTH),
    Page("enrol", "enrol", account.enrol, EVERYBODY, Signed.BY_PASSWORD, _BOTH),
    Page("password", "password", account.password, EVERYBODY, Signed.BY_PASSWORD, _BOTH),
    Page("queue", "queue", queue.queue, DECIDERS),
    Page("queue/ahead", "ahead", queue.ahead, DECIDERS, methods=_POST),
    Page("queue/undo", "undo", queue.undo, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>", "case", cases.case, READERS),
    Page("cases/<int:case_id>/decide", "decide", queue.decide, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/skip", "skip", queue.skip, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/keep", "keep", queue.keep, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/note", "note", cases.note, DECIDERS, methods=_POST),
    Page("overview", "overview", overview.overview, OF_THE_HOUSE),
    Page("overview.pdf", "overview_pdf", overview.overview_pdf, OF_THE_HOUSE),
    Page("overview/<slug:table>.csv", "overview_csv", overview.overview_csv, OF_THE_HOUSE),
    Page("second-review", "second_review", second_review.second_review, AUDIENCE),
    Page("second-review/<slug:table>.csv", "second_review_csv", second_review.as_csv, AUDIENCE),
    Page("audit", "audit", audit.audit, AUDIENCE),
    Page("audit/export", "audit_export", audit.export, AUDIENCE, methods=_POST),
    Page("audit/verify", "audit_verify", audit.verify, AUDIENCE, methods=_POST),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
