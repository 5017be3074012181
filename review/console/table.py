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

from blocking.appeals import APPEAL_DECIDERS
from blocking.protected import PROTECTORS
from cases.people import DECIDERS, RELEASERS, Role
from review.api import operations
from review.appeals import APPEAL_READERS
from review.console import (
    account,
    administration,
    afterwards,
    appeals,
    audit,
    cases,
    dossiers,
    exports,
    families,
    filters,
    history,
    home,
    letters,
    never_block,
    overview,
    people,
    proposals,
    queue,
    receipts,
    recipient_list,
    recipients,
    requests,
    restricted,
    restricted_readers,
    retention,
    saved,
    search,
    second_review,
    thresholds,
    tips,
    tokens,
    tour,
    transparency,
)
from review.exports import EXPORT_READERS
from review.last_night import HOUSE
from review.never_block import LIST_READERS
from review.recipient_list import LIST_AUDIENCE
from review.recipients import RECIPIENTS
from review.restricted_readers import CONFIRMERS, GIVERS
from review.retention import RETENTION_READERS
from review.service import READERS
from review.thresholds import THRESHOLD_READERS
from review.tips import TIP_READERS, UPLOADERS
from review.trail import AUDIENCE

View = Callable[..., HttpResponseBase]
EVERYBODY = frozenset(Role)
ADMINISTERING = frozenset({Role.ADMINISTRATOR})


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
    #: Whether a token for the API opens it, too.
    by_token: bool = False

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
    Page("api/v1/openapi.json", "openapi", operations.document, EVERYBODY, by_token=True),
    Page("tokens", "tokens", tokens.tokens, EVERYBODY, methods=_BOTH),
    Page("tokens/all", "all_tokens", tokens.everybodys, ADMINISTERING),
    Page("tokens/<int:token_id>/withdraw", "withdraw_token", tokens.withdraw, EVERYBODY,
         methods=_POST),
    Page("tour", "tour", tour.tour, EVERYBODY),
    Page("queue", "queue", queue.queue, DECIDERS),
    Page("queue/ahead", "ahead", queue.ahead, DECIDERS, methods=_POST),
    Page("queue/undo", "undo", queue.undo, DECIDERS, methods=_POST),
    Page("queue/filter", "filter", filters.choose, DECIDERS, methods=_POST),
    Page("queue/filter/<int:filter_id>", "use_filter", filters.use, DECIDERS, methods=_POST),
    Page(
        "queue/filter/<int:filter_id>/delete", "delete_filter", filters.delete, DECIDERS,
        methods=_POST,
    ),
    Page("cases/<int:case_id>", "case", cases.case, READERS),
    Page("cases/<int:case_id>/decide", "decide", queue.decide, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/skip", "skip", queue.skip, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/keep", "keep", queue.keep, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/hold", "hold", afterwards.hold, DECIDERS, methods=_POST),
    Page("cases/<int:case_id>/end-hold", "end_hold", afterwards.end_hold, DECIDERS,
         methods=_POST),
    Page("cases/<int:case_id>/withdraw", "withdraw", afterwards.withdraw, RELEASERS,
         methods=_POST),
    Page("holds", "holds", afterwards.holds, READERS),
    Page("proposals", "proposals", proposals.proposals, READERS),
    Page("proposals/<int:proposal_id>/decide", "decide_proposal", proposals.decide, DECIDERS,
         methods=_POST),
    Page("people", "people", people.people, ADMINISTERING),
    Page("people/add", "add_person", people.add, ADMINISTERING, methods=_POST),
    Page("people/<int:person_id>", "change_person", people.change, ADMINISTERING, methods=_POST),
    Page("cases/<int:case_id>/history", "history", history.history, READERS),
    Page("cases/<int:case_id>/difference", "difference", history.difference, READERS),
    Page(
        "cases/<int:case_id>/screenshots/<int:shot_id>", "screenshot", history.screenshot, READERS
    ),
    Page("families/<int:family_id>", "family", families.family, READERS),
    Page(
        "families/<int:family_id>/decide", "decide_family", families.decide, DECIDERS,
        methods=_POST,
    ),
    Page("cases/<int:case_id>/note", "note", cases.note, DECIDERS, methods=_POST),
    Page("dossiers", "dossiers", dossiers.listed, READERS),
    Page("cases/<int:case_id>/dossier", "case_dossier", dossiers.of_case, DECIDERS, methods=_BOTH),
    Page(
        "families/<int:family_id>/dossier", "family_dossier", dossiers.of_family, DECIDERS,
        methods=_BOTH,
    ),
    Page("dossiers/<int:dossier_id>", "dossier", dossiers.shown, READERS),
    Page("dossiers/<int:dossier_id>/file", "dossier_file", dossiers.file, DECIDERS),
    Page("dossiers/<int:dossier_id>/again", "dossier_again", dossiers.again, DECIDERS,
         methods=_POST),
    Page("search", "search", search.search, READERS),
    Page("search/saved", "saved_searches", saved.listed, READERS),
    Page("search/save", "save_search", saved.save, READERS, methods=_POST),
    Page("search/saved/<int:search_id>", "saved_search", saved.shown, READERS),
    Page("search/saved/<int:search_id>/rename", "rename_search", saved.rename, READERS,
         methods=_POST),
    Page("search/saved/<int:search_id>/delete", "delete_search", saved.delete, READERS,
         methods=_POST),
    Page("search/saved/<int:search_id>/alert", "alert_search", saved.alert, READERS, methods=_POST),
    Page("overview", "overview", overview.overview, HOUSE),
    Page("overview.pdf", "overview_pdf", overview.overview_pdf, HOUSE),
    Page("overview/<slug:table>.csv", "overview_csv", overview.overview_csv, HOUSE),
    Page("second-review", "second_review", second_review.second_review, AUDIENCE),
    Page("second-review/<slug:table>.csv", "second_review_csv", second_review.as_csv, AUDIENCE),
    Page("audit", "audit", audit.audit, AUDIENCE),
    Page("audit/export", "audit_export", audit.export, AUDIENCE, methods=_POST),
    Page("audit/verify", "audit_verify", audit.verify, AUDIENCE, methods=_POST),
    Page("requests", "requests", requests.requests, READERS),
    Page("requests/<uuid:request_id>", "request", requests.one_request, READERS),
    Page("requests/<uuid:request_id>/letter/<slug:language>", "request_letter",
         letters.request_letter, READERS),
    Page("exports", "exports", exports.exports, EXPORT_READERS),
    Page("exports/<int:export_id>", "export", exports.export, EXPORT_READERS),
    Page("exports/<int:export_id>/letter/<slug:language>", "export_letter",
         letters.export_letter, EXPORT_READERS),
    Page("exports/<int:export_id>/answers", "export_answers", exports.answers, EXPORT_READERS),
    Page("exports/<int:export_id>/answers.csv", "export_answers_csv", exports.answers_csv,
         EXPORT_READERS),
    Page("exports/<int:export_id>/release", "release", exports.release, RELEASERS, methods=_BOTH),
    Page("transparency", "transparency", transparency.transparency, AUDIENCE),
    Page("transparency/<str:name>", "transparency_file", transparency.transparency_file, AUDIENCE),
    Page("receipts", "receipts", receipts.receipts, EXPORT_READERS),
    Page("receipts/<int:receipt_id>", "receipt", receipts.receipt, EXPORT_READERS),
    Page("tips", "tips", tips.tips, TIP_READERS),
    Page("tips/upload", "upload_tips", tips.upload, UPLOADERS, methods=_BOTH),
    Page("appeals", "appeals", appeals.appeals, APPEAL_READERS),
    Page("appeals/<int:appeal_id>", "appeal", appeals.appeal, APPEAL_READERS),
    Page(
        "appeals/<int:appeal_id>/decide", "decide_appeal", appeals.decide, APPEAL_DECIDERS,
        methods=_POST,
    ),
    Page("our/appeals", "own_appeals", appeals.own_appeals, RECIPIENTS),
    Page("our/appeals/<int:appeal_id>", "own_appeal", appeals.own_appeal, RECIPIENTS),
    Page("our/exports", "own_exports", recipients.own_exports, RECIPIENTS),
    Page("our/exports/<int:number>", "own_export", recipients.own_export, RECIPIENTS),
    Page("our/exports/<int:number>/answers", "own_blank", recipients.own_blank, RECIPIENTS),
    Page("our/exports/<int:number>/files/<str:name>", "own_file", recipients.own_file, RECIPIENTS),
    Page("our/receipts", "own_receipts", recipients.own_receipts, RECIPIENTS),
    Page("our/receipts/new", "own_answer", recipients.own_answer, RECIPIENTS, methods=_BOTH),
    Page("our/receipts/<int:receipt_id>", "own_receipt", recipients.own_receipt, RECIPIENTS),
    Page("never-block", "never_block", never_block.never_block, LIST_READERS),
    Page("never-block.csv", "never_block_csv", never_block.as_csv, LIST_READERS),
    Page("never-block/add", "add_protected", never_block.add, PROTECTORS, methods=_POST),
    Page("never-block/file", "import_protected", never_block.take_file, PROTECTORS, methods=_POST),
    Page("never-block/<int:entry_id>", "protected_name", never_block.one_name, LIST_READERS),
    Page("never-block/<int:entry_id>/change", "change_protected", never_block.change, PROTECTORS,
         methods=_POST),
    Page("administration", "administration", administration.administration, HOUSE),
    Page("recipients", "recipients", recipient_list.recipients, LIST_AUDIENCE),
    Page("thresholds", "thresholds", thresholds.thresholds, THRESHOLD_READERS),
    Page("retention", "retention", retention.retention, RETENTION_READERS),
    Page("restricted/readers", "restricted_readers", restricted_readers.restricted_readers,
         CONFIRMERS),
    Page("restricted/readers/give", "give_restricted", restricted_readers.give, GIVERS,
         methods=_POST),
    Page("restricted/readers/<int:grant_id>", "change_restricted_reader",
         restricted_readers.change, CONFIRMERS, methods=_POST),
    # Whoever is not named as a reader finds no page there: the view says so, of every group alike.
    Page("restricted", "restricted", restricted.restricted, EVERYBODY),
    Page("restricted/<int:case_id>", "restricted_case", restricted.case, EVERYBODY),
    Page("restricted/<int:case_id>/hand-over", "restricted_hand_over", restricted.hand_over,
         EVERYBODY, methods=_POST),
    Page("restricted/<int:case_id>/close", "restricted_close", restricted.close, EVERYBODY,
         methods=_POST),
    Page("restricted/list", "restricted_list", restricted.hand_over_list, EVERYBODY,
         methods=_POST),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
