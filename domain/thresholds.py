"""What is told of the model in force, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelTold:
    """``version`` and ``date`` are its card's. ``named`` says that the settings name it, whatever
    was adopted. ``own`` is its own threshold, a probability, and ``rule`` how it was found;
    ``review`` is the one that the settings name, None where its own holds. ``glance`` is that of a
    first look, ``passed_on`` the range of scores that a second stage reads; None where the model
    has none. Where ``problem`` is given, nothing else is known."""

    version: str = ""
    date: str = ""
    named: bool = False
    own: float = 1.0
    rule: str = ""
    review: float | None = None
    glance: float | None = None
    passed_on: tuple[float, float] | None = None
    problem: str = ""

    @property
    def in_force(self) -> float:
        """The threshold from which a case is queued where costs do not say otherwise."""
        return self.own if self.review is None else self.review
