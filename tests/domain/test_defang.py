from __future__ import annotations

from domain.defang import defang, printable


def test_links_lose_what_makes_them_clickable() -> None:
    assert defang("http://shop.test/a.html") == "hxxp://shop[.]test/a.html"
    assert defang("https://a.b.test") == "hxxps://a[.]b[.]test"
    assert defang("shop.test") == "shop[.]test"


def test_characters_that_deceive_are_made_visible() -> None:
    assert printable("a\u202eb\x1b[31m\u200bc\nd") == "a\\u202eb\\u001b[31m\\u200bc\nd"
