"""Links to the pages before and after."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from review.paging import Paged

register = template.Library()


@register.inclusion_tag("console/pager.html", takes_context=True)
def pager(context: template.Context, page: Paged[Any], name: str = "page") -> dict[str, Any]:
    """Links that keep all else of the address; ``name`` is the page's name in it."""
    request: HttpRequest = context["request"]
    asked = request.GET.copy()

    def link(number: int) -> str:
        asked[name] = str(number)
        return f"?{asked.urlencode()}"

    return {
        "number": page.number,
        "before": link(page.number - 1) if page.number > 1 else "",
        "after": link(page.number + 1) if page.more else "",
    }
