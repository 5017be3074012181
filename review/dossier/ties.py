"""What ties the cases of a dossier, and how surely it tells one operator."""

from __future__ import annotations

import re
from collections.abc import Collection

from cases import families
from cases.models import Family
from review.dossier.facts import TieFacts

MOST = 80
STRONG, MEDIUM, WEAK = "strong", "medium", "weak"
#: What nobody but its holder can use: money goes there, or a key answers.
_HELD = frozenset(
    {"btc", "eth", "ltc", "tron", "xmr", "card", "pgp", "tox", "session", "telegram_invite"}
)
#: What a customer writes to: somebody else's is named, too.
_WRITTEN_TO = frozenset({"telegram", "phone", "email", "jabber"})
_SIMILAR = re.compile(r"text (\d\.\d+)")
_NEARLY_THE_SAME = 0.9


def strength(kind: str, value: str) -> str:
    """How surely a trait that cases share tells that one operator runs them."""
    if kind in _HELD:
        return STRONG
    if kind == "near copy":
        found = _SIMILAR.search(value)
        return STRONG if found and float(found[1]) >= _NEARLY_THE_SAME else MEDIUM
    return MEDIUM if kind in _WRITTEN_TO or kind in {"same text", "post on a page"} else WEAK


def ties_among(family_id: int, case_ids: Collection[int]) -> tuple[list[TieFacts], int]:
    """The ties between ``case_ids`` of a family, the surest first, and how many more there are.
    What only others of the family show is not told."""
    among = set(case_ids)
    found = []
    for (kind, value), holders in families.ties(Family.objects.get(pk=family_id)).items():
        if len(shown := sorted(holders & among)) > 1:
            plain = value.split()[0] if kind == "card" else value  # what follows is a digest
            found.append(TieFacts(kind, plain, tuple(shown), strength(kind, value)))
    order = {STRONG: 0, MEDIUM: 1, WEAK: 2}
    found.sort(key=lambda tie: (order[tie.strength], -len(tie.cases), tie.kind, tie.value))
    return found[:MOST], max(0, len(found) - MOST)
