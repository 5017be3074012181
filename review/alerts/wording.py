"""What an alert says: numbers and where to look, nothing of what was collected, and nothing that a
person typed. It crosses the world outside."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

_CASES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Told:
    """``hits`` new ones of a search, the numbers of their ``cases`` in order, the ``address`` of
    the search in the console."""

    search: int
    hits: int
    cases: tuple[int, ...]
    address: str


def subject(told: Told, language: str) -> str:
    """The subject of a mail, one line."""
    with override(language):
        text = ngettext(
            "narcowatch: %(hits)d new hit of a saved search",
            "narcowatch: %(hits)d new hits of a saved search",
            told.hits,
        )
        return text % {"hits": told.hits}


def body(told: Told, language: str) -> str:
    """The text of a mail."""
    with override(language):
        hits = ngettext(
            "Your saved search number %(search)d has %(hits)d new hit.",
            "Your saved search number %(search)d has %(hits)d new hits.",
            told.hits,
        ) % {"search": told.search, "hits": told.hits}
        cases = _("Cases: %(numbers)s") % {"numbers": _numbers(told.cases)}
        return f"{hits}\n{cases}\n{told.address}\n"


def as_json(told: Told, key: str) -> dict[str, object]:
    """What a webhook is sent; ``alert`` is the same when it is sent again."""
    return {
        "alert": key,
        "search": told.search,
        "hits": told.hits,
        "cases": list(told.cases),
        "console": told.address,
    }


def _numbers(cases: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, cases[:_CASES_SHOWN]))
    more = len(cases) - _CASES_SHOWN
    if more <= 0:
        return shown
    return _("%(numbers)s and %(more)d more") % {"numbers": shown, "more": more}
