"""Which targets name each other. Sellers exchange links; an innocent seldom links back.

A link one way says little: shops point to pharmacies and newspapers, forums point to shops. Two
ways means that both wanted it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from cases.models import CandidateRow


class Tie(StrEnum):
    """Why a target whose own text does not sell is shown to people, as the audit trail says it;
    the keys of selling targets follow."""

    NAMED = "names and is named by"
    RESERVE = "is called a reserve by, and names"
    DOSES = "lists prices by dose, and is where one gets from"


def two_way_ties(targets: Collection[int], others: Collection[int]) -> dict[int, list[int]]:
    """For each of ``targets`` those of ``others`` that it names and is named by (row numbers)."""
    named = set(
        CandidateRow.objects.filter(parent__in=[*targets], target__in=[*others])
        .values_list("parent", "target")
        .distinct()
    )
    names_us = (
        CandidateRow.objects.filter(parent__in=[*others], target__in=[*targets])
        .values_list("parent", "target")
        .distinct()
    )
    ties: dict[int, list[int]] = {}
    for other, target in sorted(names_us):
        if (target, other) in named and target != other:
            ties.setdefault(target, []).append(other)
    return ties
