"""Where the pages beside one are (RFC 8288)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from review.paging import Paged


def link_pages(request: HttpRequest, response: HttpResponse, page: Paged[Any]) -> None:
    """Name the first page, the one before and the one after, where there are such."""
    beside = {"first": 1}
    if page.number > 1:
        beside["prev"] = page.number - 1
    if page.more:
        beside["next"] = page.number + 1
    link(request, response, {rel: {"page": number} for rel, number in beside.items()})


def link(
    request: HttpRequest, response: HttpResponse, beside: dict[str, dict[str, object]]
) -> None:
    """Name what stands in a relation to this: the same address but for some parameters."""
    found = []
    for rel, changed in beside.items():
        asked = request.GET.copy()
        for name, value in changed.items():
            if value is None:
                asked.pop(name, None)
            else:
                asked[name] = str(value)
        query = f"?{asked.urlencode()}" if asked else ""
        found.append(f'<{request.build_absolute_uri(request.path + query)}>; rel="{rel}"')
    if found:
        response["Link"] = ", ".join(found)
