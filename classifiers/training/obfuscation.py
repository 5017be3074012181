"""What disguise costs: recall on selling texts written plainly, and under each kind of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from classifiers.augment.disguise import KINDS
from classifiers.rates import Rate

TOGETHER = "all together"
BUT_LATIN = "all but transliterated"
_Z = 1.959964  # two-sided 95 %
# Whole words first, single letters after: so no kind takes from the next what it works on, but
# that a text in Latin letters has none left to be swapped for Latin ones.
_ORDER = ("recased", "lookalikes", "transliterated", "digits", "spaced", "emoji_inside",
          "invisible")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """Of the same texts, how many are found plainly (``plain``) and in ``disguise``; ``missed``
    are found plainly alone, ``gained`` in disguise alone."""

    disguise: str
    plain: Rate
    found: Rate
    missed: int
    gained: int

    @property
    def lost(self) -> float:
        """Recall lost, as a share: positive when disguise hides."""
        return (self.missed - self.gained) / self.plain.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of ``lost``: a difference of paired shares (Agresti and Min, 2005,
        half a pair added to each cell)."""
        count = self.plain.count + 2
        difference = (self.missed - self.gained) / count
        spread = (self.missed + self.gained + 1) / count - difference**2
        half = _Z * sqrt(spread / count)
        return max(-1.0, difference - half), min(1.0, difference + half)

    def as_json(self) -> dict[str, object]:
        """For the card."""
        return {
            "recall": self.found.as_json(),
            "lost": round(self.lost, 4),
            "lost_ci95": [round(bound, 4) for bound in self.interval],
        }


def disguises() -> dict[str, Callable[[str, random.Random], str]]:
    """What texts are measured under: each kind alone, all in turn, and all that a writer of
    Cyrillic letters has."""

    def in_turn(kinds: Sequence[str]) -> Callable[[str, random.Random], str]:
        def changed(text: str, rng: random.Random) -> str:
            for kind in kinds:
                text = KINDS[kind](text, rng)
            return text

        return changed

    rest = [kind for kind in KINDS if kind not in _ORDER]
    order = [*_ORDER, *rest]
    cyrillic = [kind for kind in order if kind != "transliterated"]
    return {**KINDS, TOGETHER: in_turn(order), BUT_LATIN: in_turn(cyrillic)}


def losses(
    texts: Sequence[str], found: Callable[[str], bool], *, seed: int, plain: Sequence[bool]
) -> Iterator[Loss]:
    """The loss under each of ``disguises`` over selling ``texts``; ``found`` says whether one is
    at or above the threshold, ``plain`` what it says of each as it is.

    Raises ValueError when there are no texts.
    """
    if not texts:
        raise ValueError("there are no selling texts to disguise")
    for name, disguised in disguises().items():
        # A text's disguise depends on neither the other texts nor the other kinds.
        now = [
            found(disguised(text, random.Random(f"{seed} {name} {at}")))  # noqa: S311 - no secret
            for at, text in enumerate(texts)
        ]
        pairs = list(zip(plain, now, strict=True))
        yield Loss(
            name, Rate(sum(plain), len(texts)), Rate(sum(now), len(texts)),
            pairs.count((True, False)), pairs.count((False, True)),
        )  # fmt: skip
