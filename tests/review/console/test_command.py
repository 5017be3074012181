"""The console starts where it may, and says why where it may not."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from django.conf import settings as live

from domain.errors import InputError
from review.management.commands.console import check_fit
from tests.review.console.served import Served


@pytest.mark.parametrize(
    ("review", "said"),
    [
        ({"https": False}, "review.https must be true"),
        ({"https": True, "second_factor": False}, "review.second_factor must be true"),
        ({"https": True}, ""),
    ],
)
def test_production_asks_for_https_and_a_second_factor(review: dict[str, bool], said: str) -> None:
    chosen = live.NARCOWATCH.model_copy(
        update={
            "production": True,
            "review": live.NARCOWATCH.review.model_copy(update=review),
        }
    )
    if not said:
        check_fit(chosen)
        return
    with pytest.raises(InputError, match=said):
        check_fit(chosen)


def test_its_answers_carry_what_shuts_browsers_in(console: Served) -> None:
    with urllib.request.urlopen(f"{console.url}/sign-in") as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    with urllib.request.urlopen(f"{console.url}/static/console/queue.js") as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_host_that_is_not_its_own_is_refused(console: Served) -> None:
    request = urllib.request.Request(f"{console.url}/sign-in", headers={"Host": "evil.test"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 400
