"""Who gets exports, for those who run the house."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render

from cases.people import may
from review import recipient_list as service
from review.console.asking import Asked
from review.exports import EXPORT_READERS


def recipients(request: Asked) -> HttpResponseBase:
    """The recipients, and by which settings they are what they are."""
    values = settings.NARCOWATCH
    named = apps.get_app_config("blocking").checked_plan().recipients  # type: ignore[attr-defined]
    days = values.blocking.answer_days
    context = {
        "lines": service.recipients(request.user, named, answer_days=days),
        "answer_days": days,
        "place": settings.SETTINGS_PLACES.get("blocking.recipients", ""),
        "schedule": values.night.schedule,
        "timezone": values.night.timezone,
        "may_read_exports": may(request.user, EXPORT_READERS),
    }
    return render(request, "console/recipients.html", context)
