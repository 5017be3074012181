"""All operations of the API; what is in no router here has no address."""

from __future__ import annotations

from functools import cache

from django.http import HttpResponse
from ninja.openapi.schema import OpenAPISchema
from ninja.responses import Response

from review.api import (
    appeals,
    audit,
    cases,
    exports,
    orders,
    overview,
    own,
    pulling,
    receipts,
    reconciliation,
    search,
)
from review.api.document import Api
from review.console.asking import Asked

ROUTERS = (
    own.router,
    pulling.router,
    exports.router,
    orders.router,
    receipts.router,
    appeals.router,
    cases.router,
    search.router,
    overview.router,
    reconciliation.router,
    audit.router,
)


def _made() -> Api:
    made = Api()
    for router in ROUTERS:
        made.add_router("", router)
    return made


api = _made()


def document(request: Asked) -> HttpResponse:
    """The document of the API (OpenAPI 3.1): for people who signed in, and for any good token."""
    return Response(_schema())


@cache
def _schema() -> OpenAPISchema:
    return api.get_openapi_schema()
