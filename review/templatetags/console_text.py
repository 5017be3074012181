"""How the pages of the console show collected text."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from domain.defang import printable
from review import vocabulary
from review.sentences import retold

register = template.Library()


@register.filter
def shown(text: object) -> str:
    """``text`` with control and direction-changing characters made visible. It is escaped like
    everything else."""
    return printable(str(text))


@register.filter
def said(text: object) -> str:
    """A sentence of a room below in the reader's language, made visible like collected text, which
    may stand in it."""
    return printable(retold(str(text)))


@register.filter
def called(code: object, table: str) -> str:
    """What a code of the record is called in the reader's language."""
    return vocabulary.called(str(code), table)


@register.filter
def all_called(codes: Iterable[object], table: str) -> str:
    """What several codes are called, with commas; a dash for none."""
    return ", ".join(vocabulary.called(str(code), table) for code in codes) or "–"
