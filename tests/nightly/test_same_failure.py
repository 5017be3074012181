from __future__ import annotations

import pytest

from nightly.report import SourceLine
from nightly.same_failure import same_failure


def source(name: str, *outcomes: str, kind: str = "host", **more: object) -> SourceLine:
    """A seed that ended in ``outcomes``, broken unless it is said to be otherwise."""
    values: dict[str, object] = {
        **dict.fromkeys(("requests", "refetched", "fetched", "documents", "assessed"), 0),
        **{"queued": 0, "dropped": {}, "moved": {}, "state": "new", "score": None},
        **{"why": "seed", "expect": "documents", "coverage": "broken", "coverage_reason": ""},
        **{"source": f"{kind}:{name}", "name": name, "failed": dict.fromkeys(outcomes, 1)},
        **more,
    }
    return SourceLine(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "advice"),
    [("dns", "NW009"), ("connection", "network"), ("timeout", "network"), ("tor_down", "NW008")],
)
def test_one_failure_everywhere_is_one_line_with_what_to_check(outcome: str, advice: str) -> None:
    (told,) = same_failure([source("a.test", outcome), source("b.test", outcome)])
    assert told.startswith(f"all 2 sources outside Tor failed with {outcome}; ")
    assert advice in told


def test_onions_are_looked_at_apart() -> None:
    found = [source("a.test", coverage="kept"), source("b.test", coverage="kept")]
    onions = [source(f"{n}.onion", "tor_down", kind="onion") for n in "ab"]
    (told,) = same_failure([*found, *onions])
    assert told.startswith("all 2 onion sources failed with tor_down")


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [source("a.test", "dns")],
        [source("a.test", "dns"), source("b.test", "timeout")],
        [source("a.test", "dns"), source("b.test", "dns", "timeout")],
        [source("a.test", "dns"), source("b.test", "dns"), source("c.test", coverage="kept")],
        [source("a.test", "captcha"), source("b.test", "captcha")],
        [source("a.test", "dns"), source("b.test", "dns", why="link")],
        [source("a.test", "dns"), source("b.test", "dns", coverage="left_out")],
    ],
)
def test_anything_else_is_no_fault_of_the_machine(sources: list[SourceLine]) -> None:
    assert same_failure(sources) == []


def test_a_night_in_which_nothing_was_rendered_points_to_the_browser() -> None:
    missing = {"not rendered: Chromium is missing": 2, "too deep": 1}
    kept = source("a.test", coverage="kept", dropped=missing)
    stuck = source("b.test", coverage="kept", failed={"not_rendered": 1})
    (told,) = same_failure([kept, stuck])
    assert told == (
        "none of 3 pages that need JavaScript was rendered; Chromium is missing (NW013)"
    )
    assert same_failure([kept, source("c.test", coverage="kept", rendered=1)]) == []
    meant = source("d.test", coverage="kept", dropped={"not rendered: switched off": 9})
    assert same_failure([meant]) == []
