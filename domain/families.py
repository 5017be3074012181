"""Families: targets that share what only one operator would share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Trait = tuple[str, str]

#: A trait carried by more targets than this is common property (a market's own address, say).
COMMON = 12


def group(
    traits: Mapping[int, Iterable[Trait]], *, common: int = COMMON
) -> list[tuple[frozenset[int], frozenset[Trait]]]:
    """Members and shared traits of every family of two or more.

    ``traits`` maps a target's number to its traits ``(kind, value)``. Families are the connected
    parts of the graph in which two targets are tied by a trait that at most ``common`` carry.
    """
    holders: dict[Trait, set[int]] = defaultdict(set)
    for member, own in traits.items():
        for trait in own:
            holders[trait].add(member)
    ties = {trait: who for trait, who in holders.items() if 2 <= len(who) <= common}
    parent = {member: member for member in traits}

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for who in ties.values():
        first, *rest = sorted(who)
        for other in rest:
            parent[root(other)] = root(first)
    members: dict[int, set[int]] = defaultdict(set)
    shared: dict[int, set[Trait]] = defaultdict(set)
    for trait, who in ties.items():
        members[root(min(who))] |= who
        shared[root(min(who))].add(trait)
    return [(frozenset(members[key]), frozenset(shared[key])) for key in sorted(members)]
