"""The endpoints that are read (sections 4 and 5): discovery, API root, collections, objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from blocking.pulls import note_pull
from review.taxii.answers import MEDIA_TYPE, NotFound, answer, reading
from review.taxii.collection import Added, Collection, Page, collection_of
from review.taxii.wanted import microseconds, read
from review.tokens import Grant

NAMESPACE = "taxii"
_STIX = "application/stix+json;version=2.1"
#: Nothing is taken, and the standard wants a number above zero.
_LARGEST_TAKEN = 1
_TITLE = "narcowatch"


@reading
def discovery(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Which API roots there are: one (section 4.1)."""
    root = request.build_absolute_uri(reverse(f"{NAMESPACE}:root"))
    return answer({"title": _TITLE, "default": root, "api_roots": [root]})


@reading
def root(request: HttpRequest, grant: Grant) -> HttpResponse:
    """What the API root is (section 4.2)."""
    told = {"title": _TITLE, "versions": [MEDIA_TYPE], "max_content_length": _LARGEST_TAKEN}
    return answer(told)


@reading
def collections(request: HttpRequest, grant: Grant) -> HttpResponse:
    """The collections of whoever asks: one, or none (section 5.1)."""
    found = _collection_of(grant)
    return answer({"collections": [_described(found)]} if found else {})


@reading
def collection(request: HttpRequest, grant: Grant, collection_id: str) -> HttpResponse:
    """One of them (section 5.2)."""
    return answer(_described(_collection(grant, collection_id)))


@reading
def manifest(request: HttpRequest, grant: Grant, collection_id: str) -> HttpResponse:
    """Ids and versions without the objects (section 5.3)."""
    page = _collection(grant, collection_id).page(read(request.GET))
    return _paged(page, "objects", [_listed(row) for row in page.rows])


@reading
def objects(request: HttpRequest, grant: Grant, collection_id: str) -> HttpResponse:
    """The objects (section 5.4). That a program has read them is written down."""
    found = _collection(grant, collection_id)
    page = found.page(read(request.GET))
    _note(found, grant)
    return _paged(page, "objects", [row.content for row in page.rows])


@reading
def one_object(
    request: HttpRequest, grant: Grant, collection_id: str, object_id: str
) -> HttpResponse:
    """One object (section 5.6)."""
    found = _collection(grant, collection_id)
    page = _page_of(found, request, object_id)
    _note(found, grant)
    return _paged(page, "objects", [row.content for row in page.rows])


@reading
def versions(
    request: HttpRequest, grant: Grant, collection_id: str, object_id: str
) -> HttpResponse:
    """Which versions of an object there are (section 5.8)."""
    query = {**request.GET.dict(), "match[version]": "all"}
    page = _page_of(_collection(grant, collection_id), request, object_id, query)
    return _paged(page, "versions", [row.content["modified"] for row in page.rows])


@reading
def none(request: HttpRequest, grant: Grant, rest: str) -> HttpResponse:
    """All other addresses, that of a status among them (section 4.3): nothing is taken here."""
    raise NotFound


def _collection_of(grant: Grant) -> Collection | None:
    unit: str = apps.get_app_config("blocking").unit()  # type: ignore[attr-defined]
    return collection_of(grant.person, unit)


def _collection(grant: Grant, collection_id: str) -> Collection:
    found = _collection_of(grant)
    if found is None or found.id != collection_id:
        raise NotFound
    return found


def _described(found: Collection) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": f"{_TITLE}: {found.recipient}",
        "description": "What was released for this recipient; what was lifted is revoked.",
        "can_read": True,
        "can_write": False,
        "media_types": [_STIX],
    }


def _page_of(
    found: Collection,
    request: HttpRequest,
    object_id: str,
    query: Mapping[str, str] | None = None,
) -> Page:
    if not found.has(object_id):
        raise NotFound
    return found.page(read(query or request.GET.dict(), ids=frozenset({object_id})))


def _listed(row: Added) -> dict[str, str]:
    return {
        "id": row.content["id"],
        "date_added": microseconds(row.at),
        "version": row.content["modified"],
        "media_type": _STIX,
    }


def _paged(page: Page, name: str, items: Sequence[object]) -> HttpResponse:
    told: dict[str, Any] = {name: items} if items else {}
    if page.next is not None:
        told |= {"more": True, "next": str(page.next)}
    headers = {}
    if page.rows:
        headers = {
            "X-TAXII-Date-Added-First": microseconds(page.rows[0].at),
            "X-TAXII-Date-Added-Last": microseconds(page.rows[-1].at),
        }
    return answer(told, headers)


def _note(found: Collection, grant: Grant) -> None:
    note_pull(found.newest, grant.token_id, grant.person.username, what=NAMESPACE)


_COLLECTION = "releases/collections/<str:collection_id>/"
urlpatterns = [
    path("", discovery, name="discovery"),
    path("releases/", root, name="root"),
    path("releases/collections/", collections, name="collections"),
    path(_COLLECTION, collection, name="collection"),
    path(f"{_COLLECTION}manifest/", manifest, name="manifest"),
    path(f"{_COLLECTION}objects/", objects, name="objects"),
    path(f"{_COLLECTION}objects/<str:object_id>/", one_object, name="object"),
    path(f"{_COLLECTION}objects/<str:object_id>/versions/", versions, name="versions"),
    path("<path:rest>/", none, name="none"),
]
