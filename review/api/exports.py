"""For recipients: their releases, what is in them, and the files as they were released."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.apps import apps
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from ninja import Router, Schema
from ninja.params import functions

from blocking.manifest import NAME
from domain.errors import InputError, RecordError
from domain.orders import OrderState
from review import recipients as service
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.given import Number, PageNumber
from review.api.links import link_pages
from review.api.problems import Refused, missing
from review.tokens import Scope

router = Router(tags=["exports"])
_EXPORT, _FILE = "export", "file"
FileName = Annotated[str, functions.Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


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


@reading(router, "/exports/{number}", Scope.EXPORTS_READ, OwnExportInFull, also=(404,))
def own_export(request: Bearing, number: Number) -> OwnExportInFull:
    """A release and its files, the manifest among them."""
    view = _view(request, number)
    files = [OwnFile.model_validate(file) for file in view.files]
    whole = OwnExport.model_validate(view.export).model_dump()
    return OwnExportInFull(**whole, files=files)


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
        raise missing(_EXPORT) from error
    return HttpResponse(lines, content_type="text/csv; charset=utf-8")


@reading(
    router, "/exports/{number}/manifest", Scope.EXPORTS_READ, None,
    also=(404, 409), file="application/json",
)  # fmt: skip
def own_manifest(request: Bearing, number: Number) -> HttpResponseBase:
    """The manifest: the SHA-256 of each file, and of the manifest of the release before."""
    return _file(request, number, NAME)


@reading(
    router, "/exports/{number}/files/{name}", Scope.EXPORTS_READ, None,
    also=(404, 409), file="*/*",
)  # fmt: skip
def own_file(request: Bearing, number: Number, name: FileName) -> HttpResponseBase:
    """A file, byte for byte as it was released. Each time it is handed out is written down."""
    return _file(request, number, name)


def _view(request: Bearing, number: int, page: int = 1) -> service.OwnExportView:
    try:
        return service.own_export(request.auth.person, number, page=page)
    except InputError as error:
        raise missing(_EXPORT) from error


def _file(request: Bearing, number: int, name: str) -> HttpResponseBase:
    person = request.auth.person
    folder = apps.get_app_config("blocking").checked_plan().folder  # type: ignore[attr-defined]
    try:
        tagged = HttpResponse(
            headers={"ETag": f'"{service.file_facts(person, number, name).sha256}"'}
        )
        asked: HttpResponseBase | None = get_conditional_response(
            request, etag=tagged["ETag"], response=tagged
        )
        if asked is not None and asked is not tagged:
            return asked
        found = service.download(person, number, name, folder)
    except InputError as error:
        raise missing(_FILE) from error
    except RecordError as error:
        raise Refused(409, "This file is not what was released. Tell the unit.") from error
    response = FileResponse(
        found.stream,
        as_attachment=True,
        filename=found.facts.name,
        content_type=found.facts.media_type,
    )
    response["ETag"] = tagged["ETag"]
    return response
