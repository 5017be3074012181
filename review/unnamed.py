"""Names of restricted targets stand on no page but that of the restricted queue."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from cases.models import Target


def without_restricted(text: str) -> str:
    """``text``, which the record says of a case, with the names of restricted targets left out."""
    rows = Target.objects.filter(case__restricted=True).values_list("value", "name")
    names = sorted({name for row in rows for name in row if name}, key=len, reverse=True)
    if not names:
        return text
    word = "|".join(map(re.escape, names))
    found = re.compile(rf"(?<![\w.-])(?:{word})(?![\w-]|\.\w)", re.IGNORECASE)
    return found.sub(gettext("what is not shown"), text)
