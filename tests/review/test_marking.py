"""Collected text stays text on a page, and letters that imitate others are seen."""

from __future__ import annotations

from django.template import engines

from review.templatetags.console_text import marked


def page(text: str) -> str:
    source = "{% load console_text %}<p>{{ text|marked }}</p>"
    return engines["django"].from_string(source).render({"text": text})


def test_imitating_letters_are_marked() -> None:
    assert page("kaspi.kz") == "<p>kaspi.kz</p>"
    assert page("k\u0430spi.kz \u202e") == (
        '<p>k<span class="alike" title="letters of another alphabet">\u0430</span>spi.kz '
        "\\u202e</p>"
    )


def test_what_stands_around_them_is_escaped() -> None:
    told = page('<b>"x"&k\u0430spi</b><script>k\u0430spi</script>')
    assert told.count("<") == told.count(">") == 2 + 2 * 2  # the paragraph's and the marks'
    assert "&lt;script&gt;" in told
    assert "&quot;x&quot;&amp;k" in told


def test_lines_can_be_broken_after_it() -> None:
    assert str(marked("a\nb")) == "a\nb"
