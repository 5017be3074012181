from __future__ import annotations

import pytest

from domain.captures import Outcome
from domain.coverage import Coverage, CoverageState, Move, Yield, follow, judge, moved, together

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


@pytest.mark.parametrize(
    ("moves", "end", "stuck"),
    [
        ({}, "a", ""),
        ({"a": Move("b")}, "b", ""),
        ({"a": Move("b"), "b": Move("c"), "x": Move("y")}, "c", ""),
        ({"a": Move(None, "address refused")}, "a", "address refused"),
        ({"a": Move("b"), "b": Move(None, "redirect loop")}, "b", "redirect loop"),
        ({"a": Move("b", "platform")}, "b", "platform"),
        ({"a": Move("b"), "b": Move("a")}, "a", "redirect loop"),
        ({"a": Move("b"), "b": Move("c"), "c": Move("b")}, "a", "redirect loop"),
        ({n: Move(n + 1) for n in range(30)} | {"a": Move(0)}, "a", "too many redirects"),
    ],
)
def test_where_the_redirects_of_a_source_end(moves, end, stuck) -> None:
    assert follow("a", moves) == (end, stuck)


def test_a_redirect_that_leads_nowhere_is_named_when_no_document_came() -> None:
    lost = Yield(0, {Outcome.REDIRECT: 2}, "redirect loop")
    assert judge("documents", lost, []).reason == "redirect 2 (redirect loop)"
    assert judge("redirect", lost, []).state is KEPT
    unknown = Yield(0, {}, "Tor is off")
    assert judge("documents", unknown, []).reason == "never fetched (Tor is off)"
    other_pages = Yield(3, {Outcome.OK: 3, Outcome.REDIRECT: 1}, "redirect loop")
    assert judge("documents", other_pages, [3, 3]).state is KEPT


def test_what_the_operator_cut_short_has_not_fallen_silent() -> None:
    cut = Yield(1, {Outcome.OK: 1}, cut="run budget")
    assert judge("documents", cut, [9, 9]) == Coverage(KEPT, "cut short: run budget")
    never = judge("documents", Yield(0, {}, cut="run budget"), [9, 9])
    assert never == Coverage(BROKEN, "never fetched (run budget)")


def test_a_source_that_moved_is_judged_by_where_it_leads_to() -> None:
    there = Yield(0, {Outcome.CAPTCHA: 3})
    broken = moved(judge("documents", there, [10]), "www.shop.test")
    assert broken == Coverage(BROKEN, "moves to www.shop.test: captcha 3")
    kept = moved(judge("documents", Yield(9, {Outcome.OK: 9}), [10, 10]), "www.shop.test")
    assert kept == Coverage(KEPT, "moves to www.shop.test")
    here = Yield(0, {Outcome.REDIRECT: 1})
    assert judge("redirect", together(here, there), []).state is KEPT
    assert judge("captcha", together(here, there), []).state is KEPT
