"""What strangers see and may do, against the real process."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page

from tests.review.console.browsing import browse
from tests.review.public.served import Public, fill, number_in, publishing

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202egpj.exe"
PAGES = ("/", "/report", "/appeal", "/follow")


def test_a_report_is_followed_up_by_its_number(public: Public) -> None:
    with public.visitor() as browser:
        number = number_in(fill(browser, "/report", links="https://One.test/goods\n@shop_kz"))
    assert re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", number)
    with public.visitor("203.0.113.9") as other:
        page = fill(other, "/follow", number=f" {number.lower()} ")
    assert page.status_code == 200
    assert page.text.count("Received. Nobody has looked at it yet.") == 2
    assert "hxxps://one[.]test/goods" in page.text
    assert "@shop_kz" in page.text
    assert number not in page.text


def test_several_who_report_one_target_have_a_number_each(public: Public) -> None:
    numbers = set()
    for n, link in enumerate(("http://many.test/", "https://MANY.test/a", "many[.]test")):
        with public.visitor(f"198.51.100.{n}") as browser:
            numbers.add(number_in(fill(browser, "/report", links=link)))
    assert len(numbers) == 3
    rows = public.rows("SELECT senders FROM intake_reportedtarget WHERE value = 'many.test'")
    assert rows == [(3,)]


def test_the_same_form_sent_twice_is_one_sending(public: Public) -> None:
    with public.visitor() as browser:
        hidden = dict(
            re.findall(r'name="(csrfmiddlewaretoken|once)" value="([^"]+)"',
                       browser.get("/report").text)
        )  # fmt: skip
        first = browser.post("/report", data={**hidden, "links": "https://twice.test"})
        again = browser.post("/report", data={**hidden, "links": "https://twice.test"})
        changed = browser.post("/report", data={**hidden, "links": "https://other.test"})
        forged = browser.post("/report", data={**hidden, "once": "a" * 65, "links": "twice.test"})
    assert number_in(first) == number_in(again)
    assert "This was sent before" in again.text
    assert changed.status_code == forged.status_code == 422
    rows = public.rows("SELECT senders FROM intake_reportedtarget WHERE value = 'twice.test'")
    assert rows == [(1,)]


def test_nothing_is_kept_of_a_sender(public: Public) -> None:
    with public.visitor("198.51.100.77", **{"User-Agent": "Tattle/7"}) as browser:
        fill(browser, "/report", links="https://quiet.test")
        number = number_in(fill(browser, "/appeal", target="a.test", asks="lift", grounds="why"))
    everything = b"".join(
        path.read_bytes() for path in (public.data / "intake").iterdir()
    ) + (public.data.parent / "public.log").read_bytes()  # fmt: skip
    for kept in ("198.51.100.77", "Tattle", number, number.replace("-", "")):
        assert kept.encode() not in everything
    (moment,) = public.rows("SELECT sent_at FROM intake_sending ORDER BY id DESC LIMIT 1")[0]
    assert moment.endswith(":00:00")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://127.0.0.1/", "inside a network"),
        ("http://10.1.2.3:8080/x", "inside a network"),
        ("http://169.254.169.254/latest/meta-data/", "inside a network"),
        ("http://0x7f.1/", "inside a network"),
        ("http://0177.0.0.1/", "inside a network"),
        ("http://router.local/", "inside a network"),
        ("http://db.internal/", "inside a network"),
        ("http://localhost/", "no address"),
        ("http://2130706433/", "no address"),
        ("http://[::1]/", "no address"),
        ("http://shop.test@127.0.0.1/", "no address"),
        ("file:///etc/passwd", "no address"),
        ("javascript:alert(1)", "no address"),
        ("=HYPERLINK(1)", "no address"),
        ("https://t.me/+AAAAAE", "private chat"),
        ("https://shop.test/" + "a" * 2_100, "too long"),
        (ATTACK, "no address"),
    ],
)
def test_what_names_no_target_of_the_internet_is_told(public: Public, link: str, said: str) -> None:
    with public.visitor() as browser:
        answer = fill(browser, "/report", links=f"https://good.test/\n{link}", text="kept words")
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert "kept words" in answer.text  # nothing has to be typed again
    assert public.rows("SELECT 1 FROM intake_reportedtarget WHERE value = 'good.test'") == []


def test_bidi_and_lookalike_letters_are_made_visible(public: Public) -> None:
    with public.visitor() as browser:
        cyrillic = number_in(fill(browser, "/report", links="https://kаspi.test/"))
        number = number_in(
            fill(browser, "/appeal", target=f"shop\u202e.test {ATTACK}", asks="lift", grounds="x")
        )
        lookalike = fill(browser, "/follow", number=cyrillic).text
        page = fill(browser, "/follow", number=number).text
    assert "xn--" in lookalike
    assert "kаspi" not in lookalike
    assert "\\u202e" in page
    assert "\u202e" not in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_mistyped_number_and_an_unknown_one_are_told_apart(public: Public) -> None:
    with public.visitor() as browser:
        number = number_in(fill(browser, "/report", links="https://typed.test"))
        other = "0" if number[0] != "0" else "1"
        mistyped = fill(browser, "/follow", number=other + number[1:])
        unknown = fill(browser, "/follow", number="00000-00000-00000-00000")
    assert mistyped.status_code == 422
    assert "mistyped" in mistyped.text
    assert unknown.status_code == 404
    assert "Nothing was sent under it" in unknown.text


def test_a_program_that_fills_in_the_hidden_field_is_not_taken(public: Public) -> None:
    with public.visitor() as browser:
        answer = fill(browser, "/report", links="https://trap.test", website="http://spam.test")
    assert answer.status_code == 422
    assert public.rows("SELECT 1 FROM intake_reportedtarget WHERE value = 'trap.test'") == []
    assert public.rows("SELECT n FROM intake_refused WHERE reason LIKE 'hidden field%'") == [(1,)]


def test_forms_of_other_sites_are_refused(public: Public) -> None:
    for page in ("/report", "/appeal", "/follow", "/language"):
        with public.visitor() as browser:
            browser.get("/report")
            given = {"links": "https://forged.test", "csrfmiddlewaretoken": "a" * 64}
            assert browser.post(page, data=given).status_code == 403
            assert browser.post(page, data={"links": "x"}).status_code == 403
    assert public.rows("SELECT 1 FROM intake_reportedtarget WHERE value = 'forged.test'") == []


def test_what_is_too_large_is_refused(public: Public) -> None:
    with public.visitor() as browser:
        large = fill(browser, "/report", links="https://large.test", text="x" * 100_000)
        file = browser.post("/report", files={"file": b"x" * 200_000})
        small = browser.post("/report", files={"file": b"x"})
        long = fill(browser, "/report", links="https://large.test", text="x" * 4_001)
        many = fill(browser, "/report", links="\n".join(f"s{n}.test" for n in range(21)))
    assert large.status_code == file.status_code == 413
    assert small.status_code in {400, 403}
    assert long.status_code == many.status_code == 422
    assert "At most 20 links" in many.text


def test_headers_cannot_be_injected(public: Public) -> None:
    with public.visitor() as browser:
        for bad in ("/\r\nSet-Cookie: a=b", "//evil.test/", "https://evil.test", "javascript:a"):
            answer = fill_language(browser, bad, "kk")
            assert answer.headers["Location"] in {"/", "/%0D%0ASet-Cookie:%20a=b"}
            assert "a=b" not in answer.headers.get("Set-Cookie", "")
        answer = fill_language(browser, "/report", "kk\r\nX-Bad: 1")
        assert "X-Bad" not in answer.headers
        assert "intake_language" not in answer.headers.get("Set-Cookie", "")
        assert browser.get("/", headers={"Host": "evil.test"}).status_code == 400


def fill_language(browser: httpx.Client, back: str, language: str) -> httpx.Response:
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get("/").text)
    assert token
    given = {"csrfmiddlewaretoken": token[1], "next": back, "language": language}
    return browser.post("/language", data=given)


@pytest.mark.parametrize("page", PAGES)
def test_answers_carry_what_shuts_browsers_in(public: Public, page: str) -> None:
    answer = httpx.get(public.url + page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy  # no script at all
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_too_much_from_one_sender_is_refused_and_others_are_not(tmp_path) -> None:
    limits = {
        "NARCOWATCH_INTAKE__SENDINGS_PER_HOUR": "2",
        "NARCOWATCH_INTAKE__LOOKUPS_PER_HOUR": "3",
    }
    with publishing(tmp_path / "data", **limits) as public:
        with public.visitor("2001:db8:1:2::1") as browser:
            for n in range(2):
                assert fill(browser, "/report", links=f"https://r{n}.test").status_code == 200
        with public.visitor("2001:db8:1:2:ffff::9") as same_network:
            refused = fill(same_network, "/report", links="https://r3.test")
            assert refused.status_code == 429
            assert 0 < int(refused.headers["Retry-After"]) <= 3_601
            looked = [fill(same_network, "/follow", number="0" * 20).status_code for _ in range(4)]
            assert looked == [404, 404, 404, 429]  # numbers cannot be gone through
        with public.visitor("2001:db8:1:3::1") as other:
            assert fill(other, "/report", links="https://r3.test").status_code == 200
        assert public.rows("SELECT reason, n FROM intake_refused") == [("too often", 1)]
        assert public.rows("SELECT 1 FROM intake_use WHERE who LIKE '%2001:%'") == []


def test_a_phone_without_script_reports_in_three_languages(public: Public) -> None:
    def story(page: Page) -> list[str]:
        numbers = []
        for language in ("kk", "ru", "en"):
            page.goto("/")
            page.locator(f"button[value={language}]").click()
            assert page.locator("html").get_attribute("lang") == language
            page.goto("/report")
            page.locator("#links").fill(f"https://phone-{language}.test/")
            page.locator("form button.main").click()
            numbers.append(page.locator(".number").inner_text())
        return numbers

    shape = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    assert len(set(browse(story, public.url, **shape))) == 3


def test_nothing_is_wider_than_a_phone(public: Public) -> None:
    def story(page: Page) -> dict[str, int]:
        found = {}
        for path in PAGES:
            page.goto(path)
            found[path] = page.evaluate("document.documentElement.scrollWidth")
        return found

    shape = {"viewport": {"width": 320, "height": 640}}
    widths = browse(story, public.url, **shape)
    assert {path: width for path, width in widths.items() if width > 320} == {}
