from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from domain.errors import BoundaryError, EvidenceError, InputError, TransportError
from net.client import Fetched
from net.retries import Backoff, wait_asked, with_retries

POLICY = Backoff(tries=4, base_s=1, factor=2, cap_s=3, jitter=0)


def fetched(status: int, *headers: tuple[str, str]) -> Fetched:
    return Fetched("http://x.example/", status, "", (), headers, b"", False, 0.1)


def failing(*errors: Exception) -> Callable[[], str]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def passing(reason: str) -> TransportError:
    return TransportError("once", reason=reason)


def test_pauses_grow_up_to_a_cap() -> None:
    rng = random.Random(1)
    assert [POLICY.pause(n, rng) for n in (1, 2, 3, 4, 10_000)] == [1, 2, 3, 3, 3]


def test_jitter_only_shortens_and_follows_the_seed() -> None:
    policy = Backoff(base_s=10, jitter=0.5)
    pauses = [policy.pause(1, random.Random(seed)) for seed in range(200)]
    assert all(5 <= pause <= 10 for pause in pauses)
    assert len(set(pauses)) > 150
    assert policy.pause(1, random.Random(7)) == policy.pause(1, random.Random(7))


def test_what_may_pass_is_tried_again_and_counted() -> None:
    slept: list[float] = []
    counted: list[str] = []
    tried = with_retries(
        failing(passing("timeout"), passing("connection"), EvidenceError("disk busy")),
        POLICY,
        rng=random.Random(1),
        sleep=slept.append,
        count=counted.append,
    )
    assert (tried.value, tried.tries) == ("done", 4)
    assert slept == [1, 2, 3]
    assert counted == ["timeout", "connection", "EvidenceError"]


def test_the_last_error_is_raised() -> None:
    errors = [passing(str(number)) for number in range(5)]
    with pytest.raises(TransportError) as caught:
        with_retries(failing(*errors), POLICY, rng=random.Random(1), sleep=lambda _: None)
    assert caught.value.reason == "3"


@pytest.mark.parametrize(
    "error",
    [TransportError("never", reason="dns", permanent=True), InputError("bad"), KeyError("bug")],
)
def test_what_cannot_pass_is_not_tried_again(error: Exception) -> None:
    slept: list[float] = []
    with pytest.raises(type(error)):
        with_retries(failing(error), POLICY, rng=random.Random(1), sleep=slept.append)
    assert slept == []
    assert not isinstance(error, BoundaryError) or error.permanent


def test_a_server_that_asks_to_wait_is_waited_for_within_bounds() -> None:
    answers = iter(
        [
            fetched(429, ("retry-after", "20")),
            fetched(503, ("Retry-After", "99999")),
            fetched(503),
            fetched(200),
        ]
    )
    slept: list[float] = []
    tried = with_retries(
        lambda: next(answers),
        Backoff(tries=4, base_s=1, jitter=0, longest_asked_s=60),
        rng=random.Random(1),
        sleep=slept.append,
        asked_to_wait=wait_asked,
    )
    assert (tried.value.status, tried.tries) == (200, 4)
    assert slept == [20, 60, 4]


def test_the_last_answer_is_returned_as_it_is() -> None:
    tried = with_retries(
        lambda: fetched(429),
        POLICY,
        rng=random.Random(1),
        sleep=lambda _: None,
        asked_to_wait=wait_asked,
    )
    assert (tried.value.status, tried.tries) == (429, 4)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (200, "30", None),
        (404, "30", None),
        (503, "30", 30.0),
        (429, "Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        (429, "Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        (429, "soon", 0.0),
        (429, "-5", 0.0),
        (429, "٣", 0.0),
        (429, "", 0.0),
        (429, "9" * 5000, 10.0**6),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(
    status: int, value: str, seconds: float | None
) -> None:
    def clock() -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert wait_asked(fetched(status, ("Retry-After", value)), clock) == seconds
