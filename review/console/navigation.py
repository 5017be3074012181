"""What stands in the bar of every page, for those who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """A page by its name in the table, and what it is called; ``for_readers`` of the restricted
    queue alone."""

    name: str
    title: Any
    for_readers: bool = False


ENTRIES = (
    Entry("queue", _("Queue")),
    Entry("search", _("Search")),
    Entry("proposals", _("Proposals")),
    Entry("dossiers", _("Dossiers")),
    Entry("people", _("People")),
    Entry("overview", _("Overview")),
    Entry("second_review", _("Second review")),
    Entry("audit", _("Audit")),
    Entry("requests", _("Requests")),
    Entry("exports", _("Exports")),
    Entry("receipts", _("Receipts")),
    Entry("tips", _("Tips")),
    Entry("appeals", _("Appeals")),
    Entry("own_exports", _("Our exports")),
    Entry("own_receipts", _("Our answers")),
    Entry("own_appeals", _("Appeals about ours")),
    Entry("administration", _("Administration")),
    Entry("restricted", _("Restricted queue"), for_readers=True),
)
