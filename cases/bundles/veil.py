"""What a bundle must not tell of other cases: those on hold, and restricted ones."""

from __future__ import annotations

import re

from django.db.models import Q

from cases.models import Case
from domain.states import CaseState


class Veil:
    """Tells whether text of the record speaks of a case that nothing may leave the house about.

    It is for what the record says (candidates, audit events, ties). Pages that were captured stay
    as they are: what a page links to is known to all who can read it.
    """

    def __init__(self, case: Case) -> None:
        held = Q(state=CaseState.ON_HOLD) | Q(came_from=CaseState.ON_HOLD)
        rows = (
            Case.objects.filter(held | Q(hold_owner__isnull=False) | Q(restricted=True))
            .exclude(pk=case.pk)
            .values_list("target_id", "target__value", "target__name")
        )
        self._targets = {pk for pk, _, _ in rows}
        own = {case.target.value, case.target.name}
        words = {word for _, value, name in rows for word in (value, name)} - own - {""}
        self._words = _pattern(words) if words else None
        #: How much was withheld.
        self.withheld = 0

    def hides_target(self, target_id: int | None) -> bool:
        return target_id in self._targets

    def hides(self, *texts: str) -> bool:
        """Whether one of ``texts`` names a hidden target; counts it if so."""
        if self._words is None or not any(self._words.search(text) for text in texts):
            return False
        self.withheld += 1
        return True


def _pattern(words: set[str]) -> re.Pattern[str]:
    """The words as a whole. A host stands also in the names below it, ``www.`` and others."""
    parts = (
        rf"(?<![\w{'' if '.' in word else '.'}-]){re.escape(word)}(?![\w-]|\.\w)"
        for word in sorted(words)
    )
    return re.compile("|".join(parts), re.IGNORECASE)
