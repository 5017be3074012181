from __future__ import annotations

import numpy as np
import pytest

from domain.minhash import SIZE
from domain.mirrors import ALIKE, COPY, Fingerprint, Likeness, Sign, likeness

SAME = np.arange(SIZE, dtype="<u2")


def printed(similarity: float = 1.0, *, skeleton: str = "", outline: int = 0) -> Fingerprint:
    """A fingerprint that agrees with ``SAME`` in this share."""
    values = SAME.copy()
    values[round(SIZE * similarity) :] += 1000
    return Fingerprint(values.tobytes(), 50, skeleton, outline)


@pytest.mark.parametrize(
    ("similarity", "signs", "copy"),
    [
        (COPY + 0.01, {}, True),
        (COPY - 0.02, {}, False),
        (ALIKE + 0.01, {"same_icon": True}, True),
        (ALIKE + 0.01, {"sells": True}, True),
        (ALIKE - 0.02, {"same_icon": True, "sells": True}, False),
    ],
)
def test_alike_texts_need_a_second_sign_and_copies_do_not(
    similarity: float, signs: dict[str, bool], copy: bool
) -> None:
    assert (likeness(printed(), printed(similarity), **signs) is not None) == copy


def test_a_skeleton_is_a_second_sign_and_nothing_alone() -> None:
    one = printed(skeleton="ab", outline=0b1111)
    same, near, far = (
        printed(0.6, skeleton=skeleton, outline=outline)
        for skeleton, outline in (("ab", 0b1111), ("cd", -1 << 60 | 0b1111), ("cd", 0xFFFF0000))
    )
    assert likeness(one, same) == Likeness(77 / 128, (Sign.SKELETON,))
    assert likeness(one, near) == Likeness(77 / 128, (Sign.OUTLINE,))
    assert likeness(one, far) is None
    assert likeness(one, printed(0.1, skeleton="ab"), same_icon=True) is None
    assert likeness(printed(), printed(0.6)) is None


def test_a_likeness_reads_as_people_say_it() -> None:
    assert str(Likeness(0.913, (Sign.ICON,))) == "text 0.91, same icon"
