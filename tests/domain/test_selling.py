from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.selling import selling_odds, sells


def test_one_post_among_five_hundred_is_no_shop_and_a_shop_may_chat() -> None:
    assert sells(500, 1) < 0.01
    assert sells(200, 12) > 0.9
    assert sells(20, 3) > 0.9
    assert sells(12, 0) < 0.1


@given(st.integers(0, 400), st.integers(0, 400))
def test_more_selling_posts_speak_for_it_and_others_against(selling: int, others: int) -> None:
    here = selling_odds(selling + others, selling)
    assert selling_odds(selling + others + 1, selling + 1) > here
    assert selling_odds(selling + others + 1, selling) < here
    assert 0 <= sells(selling + others, selling) <= 1


def test_numbers_that_are_none() -> None:
    with pytest.raises(ValueError, match="2 of 1 posts"):
        selling_odds(1, 2)
