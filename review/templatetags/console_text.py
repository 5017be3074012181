"""How the pages of the console show collected text."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import is_naive, localtime

from domain.defang import printable
from review import phrases, vocabulary

register = template.Library()


@register.filter
def shown(text: object) -> str:
    """``text`` with control and direction-changing characters made visible. It is escaped like
    everything else."""
    return printable(str(text))


@register.filter
def said(text: object) -> str:
    """A sentence of the record in the reader's language, as ``shown`` shows it."""
    return printable(phrases.in_their_language(str(text)))


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
