"""Roles: how often the one that is said is the one that a text has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from classifiers.rates import Rate
from domain.assessment import Role


def role_figures(pairs: Sequence[tuple[Role, Role]]) -> dict[str, Any]:
    """Of pairs of the stated and the found role: accuracy, the mean recall over stated roles, and
    the confusion table (stated, found, count), for the card."""
    counts = Counter(pairs)
    stated = Counter(true for true, _ in pairs)
    recalls = [counts[role, role] / count for role, count in stated.items()]
    return {
        "accuracy": Rate(sum(true is found for true, found in pairs), len(pairs)).as_json(),
        "mean_recall": round(sum(recalls) / len(recalls), 4) if recalls else None,
        "confusion": {
            str(true): {str(found): counts[true, found] for found in Role if counts[true, found]}
            for true in Role
            if stated[true]
        },
    }
