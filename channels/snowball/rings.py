"""Rings of channels that give nothing and name one another, and what of a night they get. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caps:
    """Bounds of one night, in looks at channels found on the way.

    ``total`` of all; ``parent`` at most at what one channel names, of which ``first`` are had for
    nothing and ``again`` more for each that paid off; ``ring`` at what all channels of a barren
    group (a ring, or a branch that led to nothing) name together.
    """

    total: int = 200
    parent: int = 50
    first: int = 5
    again: int = 5
    ring: int = 25

    def room(self, looks: int, paid: float) -> bool:
        """Whether a parent deserves another look, ``looks`` of whose names were looked at."""
        return looks < min(self.parent, self.first + int(self.again * paid))


def barren_rings(barren: Collection[int], names: Mapping[int, Collection[int]]) -> dict[int, int]:
    """The ring of each of the ``barren`` channels that is in one: those from each of which every
    other can be reached through them alone (``names``: who names whom), that is the strongly
    connected parts of two and more. Found by Tarjan's algorithm (1972), without recursion.
    """
    index: dict[int, int] = {}
    lowest: dict[int, int] = {}
    open_: dict[int, None] = {}
    rings: dict[int, int] = {}
    for start in sorted(barren):
        if start in index:
            continue
        way = [(start, _onward(start, barren, names))]
        index[start] = lowest[start] = len(index)
        open_[start] = None
        while way:
            here, onward = way[-1]
            there = next(onward, None)
            if there is None:
                way.pop()
                if way:
                    lowest[way[-1][0]] = min(lowest[way[-1][0]], lowest[here])
                if lowest[here] == index[here]:
                    _close(here, open_, rings)
            elif there not in index:
                index[there] = lowest[there] = len(index)
                open_[there] = None
                way.append((there, _onward(there, barren, names)))
            elif there in open_:
                lowest[here] = min(lowest[here], index[there])
    return rings


def barren_groups(
    found_by: Mapping[int, int], names: Mapping[int, Collection[int]]
) -> dict[int, int]:
    """The group of each barren channel: its ring's, else that of the barren channel which it was
    found by (``found_by``; a parent that is no key of it is not barren), else its own. So what a
    ring or a branch leads to belongs to it from the first look on."""
    groups = barren_rings(found_by, names)
    for one in found_by:
        way = []
        at = one
        while at not in groups and at not in way:
            way.append(at)
            at = found_by[at] if found_by[at] in found_by else at
        groups.update(dict.fromkeys(way, groups.get(at, at)))
    return groups


def _onward(
    number: int, barren: Collection[int], names: Mapping[int, Collection[int]]
) -> Iterator[int]:
    return iter(sorted(one for one in names.get(number, ()) if one in barren and one != number))


def _close(first: int, open_: dict[int, None], rings: dict[int, int]) -> None:
    """Take one part off the open channels; it is a ring where it is more than one channel."""
    part: list[int] = []
    while not part or part[-1] != first:
        part.append(open_.popitem()[0])
    if len(part) > 1:
        rings.update(dict.fromkeys(part, min(part)))
