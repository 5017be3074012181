"""For recipients' programs: files of releases, and how to keep in step with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from ninja import Router, Schema
from ninja.params import functions

from blocking.manifest import NAME
from domain.errors import InputError, RecordError
from review import own_files, pulling
from review.api.bearer import Bearing
from review.api.document import reading
from review.api.exports import EXPORT, OwnFile, folder, in_force, lasting
from review.api.given import Number
from review.api.problems import Refused, missing
from review.api.ranges import Part, UnsatisfiableRange, part_of
from review.tokens import Scope

router = Router(tags=["exports"])
_TEXT = "text/plain"
FileName = Annotated[str, functions.Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class Step(Schema):
    """The delta of one release against the one before it (``since``), in each format that says so,
    with its manifest and what seals it. Where a format has no delta here, nothing changed in it."""

    number: int
    since: int
    released_at: datetime | None
    manifest_sha256: str
    added: int
    changed: int
    lifted: int
    files: list[OwnFile]


class Way(Schema):
    """The deltas to take, in this order, from the release ``since`` to the ``current`` one: none
    where it is that one."""

    since: int
    current: int
    steps: list[Step]


@reading(
    router, "/exports/current/manifest", Scope.EXPORTS_READ, None,
    also=(404, 409), file="application/json", parts=True,
)  # fmt: skip
def current_manifest(request: Bearing) -> HttpResponseBase:
    """The manifest of the release in force. Its tag changes with every release."""
    return _current_file(request, NAME)


@reading(
    router, "/exports/current/files/{name}", Scope.EXPORTS_READ, None,
    also=(404, 409), file="*/*", parts=True,
)  # fmt: skip
def current_file(request: Bearing, name: FileName) -> HttpResponseBase:
    """A file of the release in force, by an address that stays."""
    return _current_file(request, name)


@reading(
    router, "/exports/current/SHA256SUMS", Scope.EXPORTS_READ, None, also=(404,), file=_TEXT
)  # fmt: skip
def current_sums(request: Bearing) -> HttpResponse:
    """All files of the release in force, a line each, as `sha256sum --check` takes them."""
    return _sums(request, in_force(request))


@reading(router, "/exports/since/{number}", Scope.EXPORTS_READ, Way, also=(404, 410))
def way_since(request: Bearing, number: Number) -> pulling.Way:
    """The deltas from a release to the one in force. 410 where the full set has to be taken."""
    return _way(request, number)


@reading(
    router, "/exports/since/{number}/SHA256SUMS", Scope.EXPORTS_READ, None,
    also=(404, 410), file=_TEXT,
)  # fmt: skip
def sums_since(request: Bearing, number: Number) -> HttpResponse:
    """All files of these deltas, a line each in their order, as `sha256sum --check` takes them."""
    return _text(pulling.sums_of(_way(request, number)))


@reading(
    router, "/exports/{number}/SHA256SUMS", Scope.EXPORTS_READ, None, also=(404,), file=_TEXT
)  # fmt: skip
def own_sums(request: Bearing, number: Number) -> HttpResponse:
    """All files of a release, a line each, as `sha256sum --check` takes them."""
    return _sums(request, number)


@reading(
    router, "/exports/{number}/manifest", Scope.EXPORTS_READ, None,
    also=(404, 409), file="application/json", parts=True,
)  # fmt: skip
def own_manifest(request: Bearing, number: Number) -> HttpResponseBase:
    """The manifest: the SHA-256 of each file, and of the manifest of the release before."""
    return _file(request, number, NAME)


@reading(
    router, "/exports/{number}/files/{name}", Scope.EXPORTS_READ, None,
    also=(404, 409), file="*/*", parts=True,
)  # fmt: skip
def own_file(request: Bearing, number: Number, name: FileName) -> HttpResponseBase:
    """A file, byte for byte as it was released. Each time it is handed out is written down."""
    return _file(request, number, name)


def _way(request: Bearing, number: int) -> pulling.Way:
    try:
        way = pulling.way_since(request.auth.person, number, folder())
    except InputError as error:
        raise missing(EXPORT) from error
    if way is None:
        root = request.path[: request.path.index("/since/")]
        full = request.build_absolute_uri(f"{root}/current")
        detail = f"No deltas lead from release {number} to the current one: take the full set."
        raise Refused(410, detail, {"Link": f'<{full}>; rel="current"'})
    return way


def _sums(request: Bearing, number: int) -> HttpResponse:
    try:
        return _text(pulling.sums(request.auth.person, number, folder()))
    except InputError as error:
        raise missing(EXPORT) from error


def _text(content: str) -> HttpResponse:
    return HttpResponse(content, content_type=_TEXT)


def _current_file(request: Bearing, name: str) -> HttpResponseBase:
    number = in_force(request)
    response = _file(request, number, name)
    response["Content-Location"] = lasting(request, number)
    return response


def _file(request: Bearing, number: int, name: str) -> HttpResponseBase:
    """The file or the part of it that was asked for, or that it is had already (RFC 9110, 13)."""
    try:
        own = own_files.own_file(request.auth.person, number, name, folder())
    except InputError as error:
        raise missing("file") from error
    moment = int(own.released_at.timestamp())
    tagged = HttpResponse(
        headers={
            "ETag": f'"{own.facts.sha256}"',
            "Last-Modified": http_date(moment),
            "Accept-Ranges": "bytes",
        }
    )
    asked: HttpResponseBase | None = get_conditional_response(
        request, etag=tagged["ETag"], last_modified=moment, response=tagged
    )
    if asked is not None and asked is not tagged:
        return asked
    response = _opened(request, number, own, _part(request, own.facts.size, tagged))
    for header, value in tagged.items():
        response.setdefault(header, value)
    return response


def _part(request: Bearing, size: int, tagged: HttpResponse) -> range | None:
    """Which part is meant, None for the whole: also where ``If-Range`` names another version."""
    header, unless = request.headers.get("Range", ""), request.headers.get("If-Range", "")
    if unless and unless not in {tagged["ETag"], tagged["Last-Modified"]}:
        return None
    try:
        return part_of(header, size)
    except UnsatisfiableRange as error:
        detail = f"It has {size} bytes."
        raise Refused(416, detail, {"Content-Range": f"bytes */{size}"}) from error


def _opened(
    request: Bearing, number: int, own: own_files.ReleasedFile, part: range | None
) -> HttpResponseBase:
    grant = request.auth
    extent = f"{part.start}-{part.stop - 1}" if part else ""
    try:
        found = own_files.download(
            grant.person, number, own.facts.name, folder(), token_id=grant.token_id, part=extent
        )
    except InputError as error:
        raise missing("file") from error
    except RecordError as error:
        raise Refused(409, "This file is not what was released. Tell the unit.") from error
    facts = found.facts
    if part is None:
        return FileResponse(
            found.stream,
            as_attachment=True,
            filename=facts.name,
            content_type=facts.media_type,
        )
    found.stream.seek(part.start)
    response = StreamingHttpResponse(
        Part(found.stream, len(part)), status=206, content_type=facts.media_type
    )
    response["Content-Range"] = f"bytes {extent}/{facts.size}"
    response["Content-Length"] = str(len(part))
    return response
