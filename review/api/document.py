"""The API as one document (OpenAPI 3.1), made from the operations themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from domain.errors import AccessError
from review.api.bearer import INSUFFICIENT, Bearer
from review.api.problems import MEDIA_TYPE, Fault, Problem, Refused, problem
from review.tokens import Scope

T = TypeVar("T", bound=Callable[..., Any])
NAMESPACE = "api"
_CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
_TAG = {"ETag": {"schema": {"type": "string"}, "required": True}}
_MODIFIED = {"Last-Modified": {"schema": {"type": "string"}, "required": True}}
_LINK = {"Link": {"schema": {"type": "string"}, "description": "Pages beside this (RFC 8288)."}}
_EXTENT = {"Content-Range": {"schema": {"type": "string"}, "required": True}}
_WAIT = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
_PROBLEMS: dict[int, tuple[str, dict[str, Any]]] = {
    400: ("The request cannot be read.", {}),
    401: ("No token, or one that is good for nothing.", _CHALLENGE),
    403: ("The token is good for something else.", _CHALLENGE),
    404: ("There is none, or none that one may know of.", {}),
    409: ("What lies there is not what was released.", {}),
    410: ("No deltas lead there from what is held: take the full set.", _LINK),
    412: ("Not what was asked to be unchanged.", {}),
    413: ("Too large.", {}),
    416: ("It has no such bytes.", _EXTENT),
    422: ("A parameter or field is wrong.", {}),
    429: ("Too many bad tokens from this address.", _WAIT),
    503: ("The search engine does not answer.", {}),
}
_JSON, _OBJECT = "application/json", {"type": "object"}
_BYTES = {"type": "string", "format": "binary"}
_OF_ALL = (400, 401, 403, 422, 429)


def reading(
    router: Router,
    path: str,
    scope: Scope | None,
    response: Any,
    *,
    also: tuple[int, ...] = (),
    paged: bool = False,
    file: str = "",
    parts: bool = False,
) -> Callable[[T], T]:
    """Make a function what ``GET path`` answers with, for tokens of ``scope``. ``also`` are more
    ways in which it may be refused; ``file`` is the type of what is no JSON, and ``parts`` says
    that a range of its bytes can be asked for."""
    found: dict[str, Any] = {"headers": {**_TAG, **(_LINK if paged else {})}}
    if file:
        found["content"] = {file: {"schema": _OBJECT if file == _JSON else _BYTES}}
    told = {200: found, 304: {"description": "Not changed.", "headers": _TAG}}
    if parts:
        found["headers"] |= _MODIFIED
        told[206] = {
            "description": "The bytes that were asked for.",
            "headers": {**found["headers"], **_EXTENT},
            "content": found["content"],
        }
        also = (*also, 416)
    extra = _extra(scope, told, (*_OF_ALL, 412, *also))
    options: dict[str, Any] = {} if file else {"response": response}
    return router.get(path, auth=Bearer(scope), openapi_extra=extra, **options)


def writing(
    router: Router, path: str, scope: Scope, response: Any, *, also: tuple[int, ...] = ()
) -> Callable[[T], T]:
    """The same for ``POST path``, which answers 201, or 200 to what came before."""
    place = {"Location": {"schema": {"type": "string"}, "required": True}}
    told: dict[int, Any] = {200: {"headers": place}, 201: {"headers": place}}
    extra = _extra(scope, told, (*_OF_ALL, 413, *also))
    both = {200: response, 201: response}
    return router.post(path, auth=Bearer(scope), response=both, openapi_extra=extra)


def _extra(scope: Scope | None, told: dict[int, Any], refusals: tuple[int, ...]) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}}
    for status in refusals:
        description, headers = _PROBLEMS[status]
        told[status] = {"description": description, "headers": headers, "content": content}
    return {"responses": told, "x-scope": scope.value if scope else None}


class Api(NinjaAPI):
    """The operations, with what they have in common."""

    def __init__(self) -> None:
        super().__init__(
            title="narcowatch",
            version="1.0.0",
            description=(
                "What the console says, for programs of recipients and of the house. Cases are "
                "decided by people in the console, and by nothing else."
            ),
            openapi_url=None,
            docs_url=None,
            urls_namespace=NAMESPACE,
        )
        self.add_exception_handler(Refused, _refused)
        self.add_exception_handler(ValidationError, _invalid)
        self.add_exception_handler(HttpError, _http_error)
        self.add_exception_handler(RequestDataTooBig, _too_big)
        self.add_exception_handler(AccessError, _not_allowed)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document, with the scope that each operation needs where OpenAPI 3.1 has it."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schemas = document["components"]["schemas"]
        told = Problem.model_json_schema(ref_template=REF_TEMPLATE)
        schemas |= told.pop("$defs", {}) | {"Problem": told}
        for operations in document["paths"].values():
            for operation in operations.values():
                scope = operation.pop("x-scope")
                operation["security"] = [{"Bearer": [scope] if scope else []}]
        return document

    def get_openapi_operation_id(self, operation: Any) -> str:
        """By the name of its function: it is what generated clients call it."""
        return str(operation.view_func.__name__)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, error.detail, headers=error.headers)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    faults = [Fault(where=".".join(map(str, e["loc"])), what=e["msg"]) for e in error.errors]
    return problem(422, "A parameter or field is wrong.", faults=faults)


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(413, "Too large.")


def _not_allowed(request: HttpRequest, error: Any) -> HttpResponse:
    """The services have the last word, after the scope; they name nothing to the outside."""
    return problem(403, "This is not for you.", headers={"WWW-Authenticate": INSUFFICIENT})
