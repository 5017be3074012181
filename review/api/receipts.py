"""For recipients: what they answer, one entry at a time or by file, and what came of it."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.apps import apps
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, UploadedFile
from ninja.params import functions
from ninja.responses import Status
from pydantic import Field

from blocking.receipts import Received
from domain.errors import InputError
from domain.orders import Answer
from domain.outcomes import AS_TOLD, Outcome, Via
from review import recipients as service
from review.api.bearer import Bearing
from review.api.document import NAMESPACE, reading, writing
from review.api.given import Moment, Number, PageNumber
from review.api.links import link_pages
from review.api.problems import Refused, missing
from review.paging import Paged
from review.receipts import ReceiptLine
from review.tokens import Scope

log = logging.getLogger(__name__)
router = Router(tags=["receipts"])
_CREATED, _THERE, _WRONG = 201, 200, 422
_LONGEST_REASON, _LONGEST_NAME = 500, 200
_REASON = Field("", max_length=_LONGEST_REASON, description="One line, for people.")
_AT = Field(description="When it was done. Without an offset it is of the unit's time zone.")
Key = Annotated[
    UUID,
    functions.Header(
        alias="Idempotency-Key",
        description="One sending's own: the same answer under the same key does nothing again.",
    ),
]
ReceiptFile = Annotated[
    UploadedFile, functions.File(description="CSV or JSON, as the blank answers or as tools write.")
]
#: Left out or a file: a form has no null.
SignatureFile = Annotated[
    UploadedFile,
    functions.File(None, description="The detached CMS signature of the file, DER or PEM."),
]
Told = Annotated[Outcome | None, functions.Query(None, description="Rows of this outcome alone.")]


class Accepted(Schema):
    """The recipient has taken the order on."""

    answer: Literal["accepted"]
    entry: UUID
    reason: str = _REASON


class RefusedByRecipient(Schema):
    """It has not, and says why."""

    answer: Literal["refused"]
    entry: UUID
    reason: str = Field(
        max_length=_LONGEST_REASON,
        pattern=r"[A-Za-z0-9\u0400-\u04ff]",
        description="One line that says something.",
    )


class Executed(Schema):
    """It has blocked what was asked for."""

    answer: Literal["executed"]
    entry: UUID
    at: Moment = _AT
    reason: str = _REASON


class Lifted(Schema):
    """It has taken the block away."""

    answer: Literal["lifted"]
    entry: UUID
    at: Moment = _AT
    reason: str = _REASON


OneAnswer = Annotated[
    Annotated[Accepted | RefusedByRecipient | Executed | Lifted, Field(discriminator="answer")],
    functions.Body(),
]


class OwnReceipt(Schema):
    """What was answered at one time; ``counts`` are its rows by what came of them, ``blank`` rows
    that answered nothing, ``beyond`` rows that were too many. ``signed_by`` is the subject of the
    certificate of a signed file."""

    receipt_id: int
    received_at: datetime
    received_by: str
    via: Via
    name: str
    sha256: str
    signed_by: str
    signer_sha256: str
    counts: dict[Outcome, int]
    blank: int
    beyond: int

    @staticmethod
    def of(line: ReceiptLine) -> OwnReceipt:
        """``line`` as the API has it."""
        return OwnReceipt(
            receipt_id=line.receipt_id,
            received_at=line.received_at,
            received_by=line.received_by,
            via=Via(line.via),
            name=line.name,
            sha256=line.sha256,
            signed_by=line.signed_by,
            signer_sha256=line.signer_sha256,
            counts=dict(line.counts),
            blank=line.blank,
            beyond=line.beyond,
        )


class OwnReceipts(Schema):
    items: list[OwnReceipt]


class OwnRow(Schema):
    """One row of a receipt. ``outcome`` says whether it moved its order, ``note`` why not."""

    line: int
    entry: str
    label: str
    answer: Answer | None
    reason: str
    at: datetime | None
    outcome: Outcome
    note: str


class OwnRows(Schema):
    items: list[OwnRow]


@reading(router, "/receipts", Scope.RECEIPTS_READ, OwnReceipts, paged=True)
def own_receipts(
    request: Bearing, response: HttpResponse, page: PageNumber = 1
) -> dict[str, object]:
    """What the recipient answered, the newest first."""
    found = service.own_receipts(request.auth.person, page=page)
    link_pages(request, response, found)
    return {"items": [OwnReceipt.of(line) for line in found.rows]}


@writing(router, "/receipts", Scope.RECEIPTS_WRITE, OwnReceipt)
def send_answer(
    request: Bearing, response: HttpResponse, given: OneAnswer, key: Key
) -> Status[OwnReceipt]:
    """Answer one entry. Whether its order moved stands in the receipt's ``counts``."""
    cells = {"id": str(given.entry), "answer": given.answer, "reason": given.reason}
    if isinstance(given, Executed | Lifted):
        cells["at"] = given.at.isoformat()
    try:
        zone = timezone.get_default_timezone()
        done = service.send_answer(request.auth.person, cells, once=str(key), zone=zone)
    except InputError as error:
        raise Refused(_WRONG, str(error)) from error
    return _received(request, response, done)


@writing(router, "/receipts/files", Scope.RECEIPTS_WRITE, OwnReceipt)
def send_file(
    request: Bearing,
    response: HttpResponse,
    file: ReceiptFile,
    signature: SignatureFile = None,  # type: ignore[assignment]
) -> Status[OwnReceipt]:
    """Answer with a file. Rows that are right move their orders although others are wrong; the
    same answers again do nothing. Where the unit asks for signatures, the file is a CMS signature
    that holds the answers, or comes with its detached ``signature``; else all of it is refused."""
    config = apps.get_app_config("blocking")
    bounds = config.bounds()  # type: ignore[attr-defined]
    if "signature" in request.POST:
        raise Refused(_WRONG, "signature: a field of the form, and no file")
    beside = signature.read(bounds.max_bytes + 1) if signature else b""
    data, name = file.read(bounds.max_bytes + 1), (file.name or "")[:_LONGEST_NAME]
    zone = timezone.get_default_timezone()
    try:
        done = service.send_file(
            request.auth.person,
            data,
            name,
            bounds=bounds,
            zone=zone,
            trusted=config.trusted,  # type: ignore[attr-defined]
            signature=beside,
        )
    except InputError as error:
        raise Refused(_WRONG, str(error)) from error
    return _received(request, response, done)


@reading(router, "/receipts/{receipt_id}", Scope.RECEIPTS_READ, OwnReceipt, also=(404,))
def own_receipt(request: Bearing, receipt_id: Number) -> OwnReceipt:
    """One receipt."""
    return _view(request, receipt_id, None, 1)[0]


@reading(
    router, "/receipts/{receipt_id}/rows", Scope.RECEIPTS_READ, OwnRows, also=(404,), paged=True
)
def own_rows(
    request: Bearing,
    response: HttpResponse,
    receipt_id: Number,
    outcome: Told = None,
    page: PageNumber = 1,
) -> dict[str, object]:
    """The rows of a receipt, and what came of each."""
    _, rows = _view(request, receipt_id, outcome, page)
    link_pages(request, response, rows)
    return {"items": rows.rows}


def _view(
    request: Bearing, receipt_id: int, outcome: Outcome | None, page: int
) -> tuple[OwnReceipt, Paged[OwnRow]]:
    told = AS_TOLD[outcome].value if outcome else ""
    try:
        view = service.own_receipt(request.auth.person, receipt_id, outcome=told, page=page)
    except InputError as error:
        raise missing("receipt") from error
    rows = tuple(OwnRow.model_validate(row) for row in view.answers.rows)
    return OwnReceipt.of(view.line), Paged(rows, view.answers.number, view.answers.more)


def _received(request: Bearing, response: HttpResponse, done: Received) -> Status[OwnReceipt]:
    number = done.receipt.pk
    response["Location"] = reverse(f"{NAMESPACE}:own_receipt", args=[number])
    receipt, _ = _view(request, number, None, 1)
    log.info("receipt %d came by token %d", number, request.auth.token_id)
    return Status(_THERE if done.again else _CREATED, receipt)
