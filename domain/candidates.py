"""A candidate: why a target is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.targets import TargetKey


class Why(StrEnum):
    """How a target came to our notice."""

    SEED = "seed"
    LINK = "link"
    FORWARD = "forward"
    MENTION = "mention"
    SEARCH = "search"
    SIMILAR = "similar"
    TIP = "tip"
    RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reason to look at ``target``, entering at ``url``.

    ``parent`` is the target it was found on; ``priority`` is higher for likelier shops.
    """

    target: TargetKey
    why: Why
    url: str = ""
    parent: TargetKey | None = None
    priority: float = 0.0
    note: str = ""
