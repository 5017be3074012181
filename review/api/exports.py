"""For recipients: their releases and what is in them. ``pulling`` hands out the files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.http import HttpResponse
from ninja import Router, Schema

from domain.errors import InputError
from domain.orders import OrderState
from review import own_files
from review import recipients as service
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Number, PageNumber
from review.api.links import link_pages
from review.api.problems import missing
from review.tokens import Scope

router = Router(tags=["exports"])
EXPORT = "export"


class OwnExport(Schema):
    """A release. The one ``in_force`` replaces all before it: each holds the full set."""

    number: int
    released_at: datetime | None
    entries: int
    manifest_sha256: str
    in_force: bool


class OwnExports(Schema):
    items: list[OwnExport]


class OwnFile(Schema):
    """A file as the manifest tells of it; ``sha256`` is also its entity tag."""

    name: str
    format: str
    media_type: str
    size: int
    sha256: str
    records: int


class OwnExportInFull(OwnExport):
    files: list[OwnFile]


class OwnEntry(Schema):
    """An entry by the id that all files have it under; ``label`` is defanged, for people."""

    entry: UUID
    label: str
    scope: str
    state: OrderState | None


class OwnEntries(Schema):
    items: list[OwnEntry]


@reading(router, "/exports", Scope.EXPORTS_READ, OwnExports, paged=True)
def own_exports(
    request: Bearing, response: HttpResponse, page: PageNumber = 1
) -> dict[str, object]:
    """What was released for the recipient, the newest first."""
    found = service.own_exports(request.auth.person, page=page)
    link_pages(request, response, found)
    return {"items": found.rows}


@reading(router, "/exports/current", Scope.EXPORTS_READ, OwnExportInFull, also=(404,))
def current_export(request: Bearing, response: HttpResponse) -> OwnExportInFull:
    """The release in force and its files, by an address that stays."""
    number = in_force(request)
    response["Content-Location"] = lasting(request, number)
    return _in_full(request, number)


@reading(router, "/exports/{number}", Scope.EXPORTS_READ, OwnExportInFull, also=(404,))
def own_export(request: Bearing, number: Number) -> OwnExportInFull:
    """A release and its files, the manifest and what seals it among them."""
    return _in_full(request, number)


@reading(
    router, "/exports/{number}/entries", Scope.EXPORTS_READ, OwnEntries, also=(404,), paged=True
)
def own_entries(
    request: Bearing, response: HttpResponse, number: Number, page: PageNumber = 1
) -> dict[str, object]:
    """The entries of a release, and where the order of each stands now."""
    view = _view(request, number, page)
    link_pages(request, response, view.entries)
    return {"items": view.entries.rows}


@reading(
    router, "/exports/{number}/answers", Scope.EXPORTS_READ, None, also=(404,), file="text/csv"
)
def own_blank(request: Bearing, number: Number) -> HttpResponse:
    """A CSV file to answer a release in, a line an entry."""
    try:
        lines = list(service.blank_answers(request.auth.person, number))
    except InputError as error:
        raise missing(EXPORT) from error
    return HttpResponse(lines, content_type="text/csv; charset=utf-8")


def in_force(request: Bearing) -> int:
    """The number of the release in force. Raises Refused where there is none yet."""
    try:
        return own_files.number_in_force(request.auth.person)
    except InputError as error:
        raise missing(EXPORT) from error


def lasting(request: Bearing, number: int) -> str:
    """The address by number of what was asked for as the current one."""
    return request.path.replace("/current", f"/{number}", 1)


def folder() -> Path:
    """Where exports lie."""
    found: Path = apps.get_app_config("blocking").exports()  # type: ignore[attr-defined]
    return found


def _in_full(request: Bearing, number: int) -> OwnExportInFull:
    view = _view(request, number)
    found = own_files.own_files(request.auth.person, number, folder())
    files = [OwnFile.model_validate(file) for file in found]
    whole = OwnExport.model_validate(view.export).model_dump()
    return OwnExportInFull(**whole, files=files)


def _view(request: Bearing, number: int, page: int = 1) -> service.OwnExportView:
    try:
        return service.own_export(request.auth.person, number, page=page)
    except InputError as error:
        raise missing(EXPORT) from error
