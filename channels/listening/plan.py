"""How to listen, and what was heard."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ListenPlan:
    """Listen to at most ``most`` channels, each polled every ``every_s`` seconds; at most
    ``most_resolves`` names are resolved in one run. ``account`` is who listens, empty for whoever
    is free."""

    every_s: float
    most: int
    most_resolves: int
    account: str = ""


@dataclass(slots=True)
class Heard:
    """What a listener did: posts by how they came, versions by edits, posts that are gone; polls,
    and how many of them brought nothing; updates that were known before. ``accounts`` are those
    it spoke as, in turn; ``lost`` one that was asked for by name and is lost."""

    by_update: int = 0
    by_poll: int = 0
    edited: int = 0
    deleted: int = 0
    polls: int = 0
    unchanged: int = 0
    known: int = 0
    accounts: list[str] = field(default_factory=list)
    lost: str = ""


def told(heard: Heard) -> str:
    """What was heard, in words."""
    who = ", then ".join(heard.accounts) or "nobody, by previews alone"
    return (
        f"listened as {who}: {heard.by_update + heard.by_poll} new posts "
        f"({heard.by_update} by update, {heard.by_poll} by polling), {heard.edited} edited, "
        f"{heard.deleted} deleted; {heard.polls} polls, {heard.unchanged} of them brought nothing "
        f"new; {heard.known} updates came twice"
    )
