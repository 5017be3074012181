from __future__ import annotations

from crawlers.discovery import Findings, discover
from crawlers.extraction import extract
from domain.candidates import Why
from domain.onion import onion_from_public_key
from domain.platforms import Platforms
from domain.targets import site_key, url_key

ONION = onion_from_public_key(b"\7" * 32)
PLATFORMS = Platforms(frozenset({"vk.com"}), frozenset({"tilda.ws"}), frozenset({"www"}))
HERE = "http://shop.test/dir/"


def found(markup: str, *, why: Why = Why.LINK, most_links: int = 100) -> Findings:
    page = extract(markup, HERE)
    return discover(page, HERE, site_key(HERE), PLATFORMS, why=why, most_links=most_links)


def keys(findings: Findings) -> dict[str, Why]:
    return {str(candidate.target): candidate.why for candidate in findings.candidates}


def test_links_of_the_same_site_once_each() -> None:
    findings = found('<a href="a">first</a><a href="/dir/a#x">again</a><a href="/b?y=1&x=2">b</a>')
    assert [(page.url, page.anchor) for page in findings.pages] == [
        ("http://shop.test/dir/a", "first"),
        ("http://shop.test/b?x=2&y=1", "b"),
    ]


def test_other_hosts_subdomains_and_onions_are_sites_of_their_own() -> None:
    findings = found(
        f'<a href="http://b.test/deep">b</a><a href="http://b.test/other">b</a>'
        f'<a href="http://www.shop.test/">www</a><a href="http://sub.{ONION}/x">o</a>'
    )
    assert keys(findings) == {
        "host:b.test": Why.LINK,
        "host:www.shop.test": Why.LINK,
        f"onion:{ONION}": Why.LINK,
    }
    assert findings.candidates[0].url == "http://b.test/deep"
    assert findings.candidates[0].parent == site_key(HERE)
    by_key = {str(one.target): one.priority for one in findings.candidates}
    assert by_key[f"onion:{ONION}"] > by_key["host:b.test"]


def test_names_in_the_text_are_mentions() -> None:
    findings = found(
        f"<p>Зеркало: {ONION.upper()} или mirror-shop.biz, https://third.example/in?x=1. "
        f"Старый адрес {'a' * 56}.onion не работает, файл price.xlsx, почта me@mail.test, "
        "см. shop.test</p>"
    )
    assert keys(findings) == {
        f"onion:{ONION}": Why.MENTION,
        "host:mirror-shop.biz": Why.MENTION,
        "host:third.example": Why.MENTION,
    }


def test_disguised_names_are_found_and_what_is_too_much_is_counted() -> None:
    findings = found(
        f"<p>Пишите: mirror[.]biz, s\u200bhop точка ком, {ONION[:20]} {ONION[20:]}, "
        "t[.]me/first_one"
        f"<p>{'b' * 56}.onion и почта me (at) mail.ru"
    )
    assert set(keys(findings)) == {
        *("host:mirror.biz", "host:shop.com"),
        f"onion:{ONION}",
        "telegram:@first_one",
    }
    assert findings.dropped == {"onion address with a wrong checksum": 1}
    many = found(" ".join(f"shop{number}.biz" for number in range(130)))
    assert len(many.candidates) == 100
    assert many.dropped == {"too many names on one page": 30}


def test_telegram_by_link_name_and_handle() -> None:
    findings = found(
        '<a href="https://t.me/s/First_Channel/12">1</a><a href="https://telegram.me/second_c">2</a>'
        '<a href="tg://resolve?domain=third_channel">3</a><a href="https://t.me/+AbCdEf">4</a>'
        "<p>пишите @fourth_channel, t.me/fifth_channel, почта someone@mail.test, ник @abc</p>"
    )
    assert set(keys(findings)) == {
        f"telegram:@{name}"
        for name in (
            *("first_channel", "second_c", "third_channel"),
            *("fourth_channel", "fifth_channel"),
        )
    }
    assert findings.dropped == {"Telegram link without a channel": 1}


def test_what_is_never_crawled_is_counted() -> None:
    findings = found(
        '<a href="https://vk.com/x">1</a><a href="https://m.vk.com/x">2</a>'
        '<a href="https://www.tilda.ws/">3</a><a href="https://customer.tilda.ws/">4</a>'
        '<a href="http://192.168.0.1/">5</a><a href="http://0x7f.1/">6</a>'
        '<a href="http://[::1]/">7</a><a href="http://intranet/">8</a>'
        '<a href="javascript:x">9</a><a href="/price.pdf">10</a><a href="http://8.8.8.8/">11</a>'
    )
    assert set(keys(findings)) == {"host:customer.tilda.ws", "host:8.8.8.8"}
    assert findings.dropped == {
        "platform": 3,
        "address refused": 3,
        "no public name": 1,
        "javascript link": 1,
        "not a page": 1,
    }


def test_a_page_with_very_many_links_is_bounded() -> None:
    findings = found("".join(f'<a href="/{n}">x</a>' for n in range(500)), most_links=50)
    assert len(findings.pages) == 50
    assert findings.dropped == {"too many links on one page": 450}


def test_results_of_a_search_are_search_candidates_even_behind_a_redirect() -> None:
    url = "http://engine.test/search?q=x"
    page = extract(
        f'<a href="/redirect?u=http%3A%2F%2F{ONION}%2F">1</a><a href="http://b.test/">2</a>'
        '<a href="//r.engine.test/l?uddg=https%3A%2F%2Fc.test">3</a><a href="/about">4</a>',
        url,
    )
    findings = discover(page, url, url_key(url), PLATFORMS, why=Why.SEARCH)
    assert keys(findings) == {
        f"onion:{ONION}": Why.SEARCH,
        "host:b.test": Why.SEARCH,
        "host:c.test": Why.SEARCH,
    }
    assert [page.url for page in findings.pages] == ["http://engine.test/about"]
