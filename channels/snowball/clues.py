"""What is known of a channel before anybody looks at it: how another one names it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Via(StrEnum):
    """How one channel, or a site, names another channel."""

    FORWARD = "forward"
    BUTTON = "button"
    LINK = "link"
    MENTION = "mention"
    ABOUT = "about"
    SIMILAR = "similar"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Clue:
    """How one parent names a channel.

    ``selling`` and ``about_drugs`` are the first stage's probabilities of the likeliest post that
    names it, divided by the channels which that post names: a list of a hundred is worth one post.
    ``reserve`` says that it is called a reserve channel, ``posts`` how many posts name it.
    """

    via: Via
    selling: float = 0.0
    about_drugs: float = 0.0
    reserve: bool = False
    posts: int = 1

    def joined(self, other: Clue) -> Clue:
        """Both together: the better post, and what either says."""
        better, worse = (self, other) if self._rank >= other._rank else (other, self)
        return replace(
            better,
            reserve=better.reserve or worse.reserve,
            posts=better.posts + worse.posts,
        )

    @property
    def _rank(self) -> tuple[float, float, str]:
        return self.selling, self.about_drugs, self.via
