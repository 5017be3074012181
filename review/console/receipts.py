"""Receipts of all recipients, for those who run the house."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from domain.errors import InputError
from review.console.asking import Asked
from review.console.numbers import page_of
from review.console.words import OUTCOMES
from review.receipts import receipt_lines, receipt_view


def receipts(request: Asked) -> HttpResponseBase:
    """Receipts, the newest first."""
    recipient = request.GET.get("recipient", "")
    context = {
        "page": receipt_lines(request.user, recipient=recipient, page=page_of(request)),
        "chosen": {"recipient": recipient},
        "recipients": [one.name for one in settings.NARCOWATCH.blocking.recipients],
    }
    return render(request, "console/receipts.html", context)


def receipt(request: Asked, receipt_id: int) -> HttpResponseBase:
    """A receipt and what came of each row."""
    outcome = request.GET.get("outcome", "")
    try:
        view = receipt_view(receipt_id, request.user, outcome=outcome, page=page_of(request))
    except InputError as error:
        raise Http404(str(error)) from error
    context = {"view": view, "outcomes": OUTCOMES, "outcome": outcome}
    return render(request, "console/receipt.html", context)
