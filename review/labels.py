"""What requests and findings are called on pages: collected values, made harmless."""

from __future__ import annotations

from collections.abc import Iterable

from blocking.entries import Scope
from blocking.models import BlockingRequest
from cases.models import Case
from domain.defang import defang, defang_prose, printable
from domain.targets import TargetKind, host_of


def label(row: BlockingRequest) -> str:
    """What a request names, with how many more addresses it has."""
    more = f" (+{len(row.values) - 1})" if row.scope == Scope.URL and len(row.values) > 1 else ""
    return printable(defang(row.sort_key)) + more


def harmless(text: str) -> str:
    """A sentence in which hosts may stand."""
    return printable(defang_prose(text))


def withheld_names() -> frozenset[str]:
    """Names of the restricted queue, which must not be read in anything."""
    rows = Case.objects.filter(restricted=True).values_list("target__kind", "target__value")
    return frozenset(host_of(value) if kind == TargetKind.URL else value for kind, value in rows)


def names_any(texts: Iterable[str], names: frozenset[str]) -> bool:
    """Whether one of ``names`` stands in one of ``texts``."""
    return any(name in text for text in texts for name in names)
