from __future__ import annotations

from domain.defang import defang, defang_prose, printable


def test_links_lose_what_makes_them_clickable() -> None:
    assert defang("http://shop.test/a.html") == "hxxp://shop[.]test/a.html"
    assert defang("https://a.b.test") == "hxxps://a[.]b[.]test"
    assert defang("shop.test") == "shop[.]test"


def test_characters_that_deceive_are_made_visible() -> None:
    assert printable("a\u202eb\x1b[31m\u200bc\nd") == "a\\u202eb\\u001b[31m\\u200bc\nd"


def test_names_in_a_sentence_are_defanged_and_decimals_are_not() -> None:
    assert defang_prose("like a.b.test, text 0.91, http://x.kz/1.5") == (
        "like a[.]b[.]test, text 0.91, hxxp://x[.]kz/1.5"
    )
