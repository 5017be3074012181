"""The model in force and its thresholds, to be read."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render

from review import thresholds as service
from review.console.asking import Asked
from review.console.numbers import page_of


def thresholds(request: Asked) -> HttpResponseBase:
    """The page: settings with where each is set, figures, history."""
    nightly = apps.get_app_config("nightly")
    model = nightly.model()  # type: ignore[attr-defined]
    costs = nightly.costs()  # type: ignore[attr-defined]
    values = settings.NARCOWATCH
    context = {
        "model": model,
        "view": service.view(
            request.user, model, values.classify.tie_threshold, costs, page=page_of(request)
        ),
        "settings": [
            (name, value, _place(name))
            for name, value in (
                ("classify.model_dir", values.classify.model_dir if model.named else None),
                ("classify.review_threshold", values.classify.review_threshold),
                ("classify.tie_threshold", values.classify.tie_threshold),
                ("drift.score_shift", values.drift.score_shift),
                ("drift.unknown_words", values.drift.unknown_words),
                ("drift.queue_precision", values.drift.queue_precision),
                ("drift.precision_days", values.drift.precision_days),
            )
        ],
        "costs": values.classify.costs,
        "costs_place": _place("classify.costs"),
    }
    return render(request, "console/thresholds.html", context)


def _place(key: str) -> str:
    return str(settings.SETTINGS_PLACES.get(key, ""))
