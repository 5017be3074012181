from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.landing import LandingKind, parse_landing
from channels.parsing import LayoutChanged
from domain.captures import Outcome
from tests.channels.pages import landing_html


@pytest.mark.parametrize(
    ("html", "kind", "outcome"),
    [
        (landing_html("n", verb="Contact"), LandingKind.NOBODY, Outcome.NO_SUCH_NAME),
        (landing_html("n", verb="Contact", title="@n"), LandingKind.NOBODY, Outcome.NO_SUCH_NAME),
        (
            landing_html("n", verb="Contact", title="Айгуль", extra="@n"),
            LandingKind.ACCOUNT,
            Outcome.NO_PREVIEW,
        ),
        (
            landing_html("n", verb="Contact", title="Айгуль"),
            LandingKind.ACCOUNT,
            Outcome.NO_PREVIEW,
        ),
        (
            landing_html("n", title="Чат", extra="211 members, 9 online"),
            LandingKind.GROUP,
            Outcome.NO_PREVIEW,
        ),
        (
            landing_html("n", title="Канал", extra="3 412 subscribers"),
            LandingKind.CHANNEL,
            Outcome.NO_PREVIEW,
        ),
        (
            landing_html("n", title="Закрыто").replace("View in Telegram", "Request to Join"),
            LandingKind.PRIVATE,
            Outcome.NO_PREVIEW,
        ),
    ],
)
def test_names_without_preview_are_told_apart(
    html: str, kind: LandingKind, outcome: Outcome
) -> None:
    landing = parse_landing(html)
    assert landing.kind is kind
    assert landing.outcome is outcome


def test_exact_members() -> None:
    assert parse_landing(landing_html("n", extra="3 412 subscribers")).members == 3412


def test_another_page_is_no_landing() -> None:
    with pytest.raises(LayoutChanged):
        parse_landing("<html><title>Welcome to nginx!</title><p>It works</p></html>")


@given(st.text())
@example(".TXT")
@example("https://t.me/name")
def test_any_text_is_judged_or_refused(html: str) -> None:
    with suppress(LayoutChanged):
        assert parse_landing(html).kind in LandingKind
