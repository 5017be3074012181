"""Every code of requests, orders and receipts has a word for people."""

from __future__ import annotations

import pytest

from blocking.entries import Action, Scope
from blocking.states import ExportState
from domain.orders import Answer, OrderState, Standing
from domain.outcomes import Outcome
from review.console import words


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.ORDER_STATES, OrderState),
        (words.STANDINGS, Standing),
        (words.EXPORT_STATES, ExportState),
        (words.SCOPES, Scope),
        (words.ACTIONS, Action),
        (words.ANSWERS, Answer),
        (words.OUTCOMES, Outcome),
    ],
)
def test_every_code_has_a_word_of_its_own(table: dict[str, object], codes: type) -> None:
    assert set(table) == set(codes)
    assert len({str(word) for word in table.values()}) == len(table)
