"""When a page is a copy of another: what counts as alike, and what must be seen beside it.

The text decides. Above ``COPY`` it speaks for itself; from ``ALIKE`` up to there it needs a second
sign, since an article that quotes a shop at length shares its words too, but not its looks. The
looks alone (a skeleton, an icon) are those of everybody who uses the same shop engine. Both limits
are measured: see docs/benchmarks.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.minhash import resemblance

COPY, ALIKE = 0.85, 0.5
#: Texts of fewer distinct shingles are alike by chance: a login form, a word of welcome.
FEWEST_SHINGLES = 20
#: Bits of 64 in which the near forms of skeletons may differ; of unlike pages about 32 do.
NEAR_BITS = 8


class Sign(StrEnum):
    """What two sites have in common beside words."""

    SKELETON = "same skeleton"
    OUTLINE = "near skeleton"
    ICON = "same icon"
    SELLS = "both sell by their own texts"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a page is told by. ``signature`` is the MinHash of ``shingles`` distinct shingles,
    empty where they are too few; ``skeleton`` and ``outline`` are the exact and the near form of
    its structure, empty and 0 where it has none."""

    signature: bytes
    shingles: int
    skeleton: str = ""
    outline: int = 0


@dataclass(frozen=True, slots=True)
class Likeness:
    """That one page is a copy of another: how alike their texts are, 0 to 1, and what else."""

    similarity: float
    signs: tuple[Sign, ...] = ()

    def __str__(self) -> str:
        return ", ".join((f"text {self.similarity:.2f}", *self.signs))


def likeness(
    one: Fingerprint, other: Fingerprint, *, same_icon: bool = False, sells: bool = False
) -> Likeness | None:
    """Whether one of the pages is a copy of the other, or None.

    ``same_icon`` says that their sites have an icon in common that few others have, ``sells``
    that each was found to sell for what it says itself.
    """
    similarity = resemblance(one.signature, other.signature)
    if similarity < ALIKE:
        return None
    signs = _signs(one, other)
    if same_icon:
        signs = (*signs, Sign.ICON)
    if sells:
        signs = (*signs, Sign.SELLS)
    return Likeness(similarity, signs) if signs or similarity >= COPY else None


def _signs(one: Fingerprint, other: Fingerprint) -> tuple[Sign, ...]:
    if not one.skeleton or not other.skeleton:
        return ()
    if one.skeleton == other.skeleton:
        return (Sign.SKELETON,)
    apart = ((one.outline ^ other.outline) & (1 << 64) - 1).bit_count()
    return (Sign.OUTLINE,) if apart <= NEAR_BITS else ()
