"""How the pages of the console show collected text."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import is_naive, localtime
from django.utils.translation import gettext as _

from domain.defang import printable
from domain.mixed_scripts import strange_letters
from review import vocabulary
from review.sentences import retold

register = template.Library()


@register.filter
def shown(text: object) -> str:
    """``text`` with control and direction-changing characters made visible. It is escaped like
    everything else."""
    return printable(str(text))


@register.filter
def marked(text: object) -> SafeString:
    """As ``shown``, for the inside of a page and no attribute: letters that imitate those of
    another alphabet are marked."""
    clean = printable(str(text))
    parts, at = list[tuple[str, str]](), 0
    for start, end in strange_letters(clean):
        parts.append((clean[at:start], clean[start:end]))
        at = end
    return _with_marks(parts, _("letters of another alphabet")) + conditional_escape(clean[at:])


def _with_marks(parts: list[tuple[str, str]], why: str) -> SafeString:
    one = '{}<span class="alike" title="{}">{}</span>'
    return format_html_join("", one, ((plain, why, strange) for plain, strange in parts))


@register.filter
def said(text: object) -> str:
    """A sentence of a room below in the reader's language, made visible like collected text, which
    may stand in it."""
    return printable(retold(str(text)))


@register.filter
def moment(text: str) -> str:
    """A time in ISO 8601 as people here write it, in the time of the house; what is no moment (a
    day alone) as it is."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return text
    if at is None or is_naive(at):
        return text
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


@register.filter
def called(code: object, table: str) -> str:
    """What a code of the record is called in the reader's language."""
    return vocabulary.called(str(code), table)


@register.filter
def all_called(codes: Iterable[object], table: str) -> str:
    """What several codes are called, with commas; a dash for none."""
    return ", ".join(vocabulary.called(str(code), table) for code in codes) or "–"
