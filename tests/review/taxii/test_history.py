"""Versions of an indicator from release to release."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.taxii.history import versions_of


def told(held: dict[int, bool], releases: int) -> list[tuple]:
    return [
        (one.at, one.life, one.subdomains, one.revoked, one.first, one.last)
        for one in versions_of(held, releases)
    ]


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({}, []),
        ({0: True, 1: True, 2: True}, [(0, 1, True, False, True, True)]),
        ({1: True, 2: True}, [(1, 1, True, False, True, True)]),
        ({0: True}, [(0, 1, True, False, True, False), (1, 1, True, True, False, True)]),
        (
            {0: True, 1: False, 2: False},
            [(0, 1, True, False, True, False), (1, 1, False, False, False, True)],
        ),
        (
            {0: True, 2: False},
            [
                (0, 1, True, False, True, False),
                (1, 1, True, True, False, True),
                (2, 2, False, False, True, True),
            ],
        ),
    ],
)
def test_it_comes_changes_goes_and_comes_anew(held: dict[int, bool], wanted: list[tuple]) -> None:
    assert told(held, 3) == wanted


@given(st.dictionaries(st.integers(0, 9), st.booleans()))
def test_the_last_versions_say_what_is_held(held: dict[int, bool]) -> None:
    for releases in range(1, 11):
        versions = versions_of(held, releases)
        alive = [one for one in versions if one.last and not one.revoked]
        now = held.get(releases - 1)
        assert [one.subdomains for one in alive] == ([] if now is None else [now])
        for life in {one.life for one in versions}:
            own = [one for one in versions if one.life == life]
            assert [one.first for one in own] == [True] + [False] * (len(own) - 1)
            assert [one.last for one in own] == [False] * (len(own) - 1) + [True]
            assert not any(one.revoked for one in own[:-1]), "revoked is for good"
