from __future__ import annotations

import pytest

from blocking.findings import Code
from blocking.safeguards import check_confirmable, decision_warnings
from domain.errors import RuleError
from domain.targets import TargetKey, TargetKind, url_key
from tests.blocking.conftest import Opened, host
from tests.blocking.making import ONION

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        (host("shop.test"), []),
        (host("forum.nur.kz"), [Code.NEVER_BLOCK]),
        (host("vk.com"), [Code.PLATFORM, Code.NEVER_BLOCK]),
        (host("teletype.in"), [Code.PLATFORM]),
        (host("github.io"), [Code.PUBLIC_SUFFIX]),
        (host("xn--kasp-o9d.kz"), [Code.LOOK_ALIKE]),
        (url_key("https://egov.kz/page"), [Code.NEVER_BLOCK]),
        (TargetKey(TargetKind.ONION, ONION), []),
        (TargetKey(TargetKind.TELEGRAM, "@shop_kz"), []),
    ],
)
def test_people_are_warned_before_they_decide(
    opened: Opened, key: TargetKey, codes: list[Code]
) -> None:
    case = opened(key, ("1",) if key.kind is TargetKind.TELEGRAM else ("/",))
    assert [finding.code for finding in decision_warnings(case)] == codes


@pytest.mark.parametrize("name", ["forum.nur.kz", "xn--kasp-o9d.kz"])
def test_a_hit_needs_a_written_reason(opened: Opened, name: str) -> None:
    case = opened(host(name))
    for blank in ("", "  \n"):
        with pytest.raises(RuleError, match=f"{name}.*needs a written reason"):
            check_confirmable(case, blank)
    check_confirmable(case, "taken over; the owner is told")


def test_other_cases_need_none(opened: Opened) -> None:
    for key in (host("shop.test"), TargetKey(TargetKind.ONION, ONION)):
        case = opened(key)
        check_confirmable(case, "")
        assert decision_warnings(case) == []
