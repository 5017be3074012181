"""What is kept for how long, what is due, what went, and what holds suspend."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from review import retention as service
from review.console.asking import Asked
from review.console.numbers import page_of

#: The settings in their order, with what each is for.
_PERIODS: tuple[tuple[str, Any], ...] = (
    ("pages_days", _("pages of sites that nobody was asked about")),
    ("posts_days", _("posts of channels that nobody was asked about")),
    ("dismissed_days", _("pages and posts of a dismissed case, from then on")),
    ("ended_days", _("all evidence of a case that was confirmed, after its end")),
    ("screenshots_days", _("screenshots that no confirmed case needs")),
    ("images_days", _("images of posts that no confirmed case needs")),
    ("journals_days", _("journals of requests")),
    ("logs_days", _("lines of the log")),
    ("account_requests_days", _("how many requests an account sent when")),
    ("tips_days", _("notes that came with tips")),
    ("dossiers_days", _("archives of dossiers")),
)


def retention(request: Asked) -> HttpResponseBase:
    """The page; what is due is counted when the address says so."""
    count = request.GET.get("count") == "1"
    days = apps.get_app_config("nightly").days()  # type: ignore[attr-defined]
    values = settings.NARCOWATCH.retention
    context = {
        "view": service.view(request.user, days, count=count, page=page_of(request)),
        "periods": [
            (f"retention.{name}", told, getattr(values, name), _place(f"retention.{name}"))
            for name, told in _PERIODS
        ],
        "count": count,
    }
    return render(request, "console/retention.html", context)


def _place(key: str) -> str:
    return str(settings.SETTINGS_PLACES.get(key, ""))
