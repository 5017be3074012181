"""Lists in pages. Nothing is counted: a page knows whether another follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
SIZE = 50
_LAST = 100_000


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """The rows of page ``number`` (from 1), and whether there are ``more``."""

    rows: tuple[T, ...] = ()
    number: int = 1
    more: bool = False


def paged(rows: QuerySet[M], number: int) -> Paged[M]:
    """Page ``number`` of ``rows``, which must be ordered."""
    number = min(max(number, 1), _LAST)
    start = (number - 1) * SIZE
    found = list(rows[start : start + SIZE + 1])
    return Paged(tuple(found[:SIZE]), number, len(found) > SIZE)
