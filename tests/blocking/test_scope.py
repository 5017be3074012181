from __future__ import annotations

import pytest

from blocking.entries import Scope, TelegramItem
from blocking.protection import Protection
from blocking.scope import Subject, choose
from domain.errors import RuleError
from domain.targets import TargetKey, TargetKind, url_key
from tests.blocking.conftest import host
from tests.blocking.making import ONION


def test_a_shop_is_blocked_as_its_host(protection: Protection) -> None:
    choice = choose(Subject(host("shop.kz"), 0.6, ("http://shop.kz/a",)), protection)
    assert (choice.scope, choice.values) == (Scope.HOST, ("shop.kz",))
    assert "60%" in choice.reason


def test_a_host_below_a_domain_is_not_widened(protection: Protection) -> None:
    choice = choose(Subject(host("shop.big.kz"), 1.0), protection)
    assert (choice.scope, choice.values) == (Scope.HOST, ("shop.big.kz",))


def test_www_means_the_domain_unless_others_live_there(protection: Protection) -> None:
    alone = choose(Subject(host("www.shop.kz"), 1.0), protection)
    assert (alone.scope, alone.values) == (Scope.DOMAIN, ("shop.kz",))
    subject = Subject(host("www.shop.kz"), 1.0, neighbours=frozenset({"forum.shop.kz"}))
    shared = choose(subject, protection)
    assert (shared.scope, shared.values) == (Scope.HOST, ("www.shop.kz",))


def test_a_few_pages_of_a_bigger_site_are_blocked_alone(protection: Protection) -> None:
    pages = ("http://forum.kz/t/1", "http://forum.kz/t/2", "http://forum.kz/t/1")
    choice = choose(Subject(host("forum.kz"), 0.05, pages), protection)
    assert (choice.scope, choice.values) == (Scope.URL, pages[:2])
    assert "5%" in choice.reason


@pytest.mark.parametrize("name", ["vk.com", "m.vk.com", "sites.google.com", "github.io"])
def test_a_shared_host_is_never_a_host_entry(protection: Protection, name: str) -> None:
    pages = (f"https://{name}/", f"https://{name}/shop")
    choice = choose(Subject(host(name), 1.0, pages), protection)
    assert (choice.scope, choice.values) == (Scope.URL, (f"https://{name}/shop",))
    assert "1 left out" in choice.reason


def test_the_first_page_of_a_platform_is_not_blocked_at_all(protection: Protection) -> None:
    with pytest.raises(RuleError, match="no exact URL"):
        choose(Subject(host("vk.com"), 1.0, ("https://vk.com/",)), protection)


def test_an_address_is_blocked_by_url_only(protection: Protection) -> None:
    choice = choose(Subject(host("8.8.8.8"), 1.0, ("http://8.8.8.8/shop",)), protection)
    assert (choice.scope, choice.values) == (Scope.URL, ("http://8.8.8.8/shop",))
    with pytest.raises(RuleError):
        choose(Subject(host("10.0.0.1"), 1.0, ("http://10.0.0.1/shop",)), protection)


def test_urls_onions_and_channels_stay_what_they_are(protection: Protection) -> None:
    url = choose(Subject(url_key("http://forum.kz/t/1"), 1.0), protection)
    assert (url.scope, url.values) == (Scope.URL, ("http://forum.kz/t/1",))
    onion = choose(Subject(TargetKey(TargetKind.ONION, ONION), 1.0), protection)
    assert (onion.scope, onion.values) == (Scope.ONION, (ONION,))
    key = TargetKey(TargetKind.TELEGRAM, "@shop_kz")
    channel = choose(Subject(key, 1.0, telegram=TelegramItem("shop_kz")), protection)
    assert (channel.scope, channel.values) == (Scope.TELEGRAM, ())


def test_the_share_is_a_setting(protection: Protection) -> None:
    subject = Subject(host("shop.kz"), 0.3, ("http://shop.kz/a",))
    assert choose(subject, protection).scope is Scope.HOST
    assert choose(subject, protection, min_host_share=0.5).scope is Scope.URL
