from __future__ import annotations

import pytest

from domain.captures import Outcome
from domain.coverage import CoverageState, Yield, judge

KEPT, BROKEN = CoverageState.KEPT, CoverageState.BROKEN


@pytest.mark.parametrize(
    ("expect", "documents", "outcomes", "history", "state", "reason"),
    [
        ("documents", 1, {Outcome.OK: 1}, [], KEPT, ""),
        ("documents", 0, {}, [], BROKEN, "never fetched"),
        ("documents", 0, {Outcome.CAPTCHA: 2}, [], BROKEN, "captcha 2"),
        ("documents", 0, {Outcome.TOR_DOWN: 1}, [9], BROKEN, "tor_down 1"),
        ("documents", 1, {Outcome.OK: 1, Outcome.LOGIN_WALL: 8}, [9, 9, 10], BROKEN, "usually 9"),
        ("documents", 2, {Outcome.OK: 2}, [10, 10, 10], KEPT, ""),
        ("documents", 1, {Outcome.OK: 1}, [0, 0, 0], KEPT, ""),
        ("captcha", 0, {Outcome.CAPTCHA: 1}, [], KEPT, ""),
        ("captcha", 0, {Outcome.TIMEOUT: 1}, [], BROKEN, "expected captcha: timeout 1"),
        ("captcha", 3, {Outcome.OK: 3}, [], KEPT, "now gives documents"),
    ],
)
def test_what_the_contract_says(expect, documents, outcomes, history, state, reason) -> None:
    coverage = judge(expect, Yield(documents, outcomes), history)
    assert coverage.state is state
    assert reason in coverage.reason
