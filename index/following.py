"""The index follows the record: cases that were moved are brought up to date at once.

What moved stands in the audit chain, so that every way in which a case can move is covered: a
decision, an export, a night. A decision never fails for the index's sake.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.models import Max

from cases.models import AuditEvent
from domain.counting import counted
from domain.errors import IndexingError

log = logging.getLogger(__name__)
_CASE = "case:"


@contextmanager
def following(url: str, path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Bring the index (see ``open_engine``) up to the record for all cases that are moved inside.

    When the index fails, ``say`` is told so; the moves stand, and the next sync makes up for it.
    """
    before = _newest()
    try:
        yield
    finally:
        _follow(moved_since(before), url, path, say)


def moved_since(seq: int) -> set[int]:
    """The numbers of the cases that were moved after the audit event ``seq``."""
    events = AuditEvent.objects.filter(seq__gt=seq, action__startswith="case.")
    subjects = events.filter(subject__startswith=_CASE).values_list("subject", flat=True)
    return {int(subject.removeprefix(_CASE)) for subject in subjects}


def _newest() -> int:
    return AuditEvent.objects.aggregate(newest=Max("seq"))["newest"] or 0


def _follow(cases: set[int], url: str, path: Path, say: Callable[[str], None]) -> None:
    if not cases:
        return
    from index.feeding import sync  # most commands move nothing, and both engines load slowly
    from index.opening import open_engine

    try:
        engine = open_engine(url, path)
        try:
            sync(engine, cases=cases)
        finally:
            engine.close()
    except IndexingError as error:
        log.info("the index does not follow: %s", sorted(cases), exc_info=True)
        many = counted(len(cases), "case")
        say(f"searches do not find the new state of {many} until the next sync: {error}")
