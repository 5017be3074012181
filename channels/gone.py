"""Posts that are in the record and were not found again: deleted by their author, or for him."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import DocumentRow, Target
from channels.models import GonePost
from channels.posts import Batch
from domain.captures import Outcome
from domain.clock import Clock, utc_now

#: So many ids are looked up at most for one batch: ids are given out without large gaps.
_MOST_IDS = 2_000
_CHUNK = 500


def note_gone(
    target: Target, batch: Batch, below: int | None, last_id: int, *, clock: Clock = utc_now
) -> int:
    """Note the posts that ``batch`` should hold and does not. Returns how many are news.

    The batch was asked for from the id ``below`` down (None: from the newest). ``last_id`` is the
    newest post known before. Nothing is said where a post could not be read.
    """
    span = _span(batch, below, last_id)
    if not span:
        return 0  # nothing of this was read before
    _came_back(target, numbers_in(batch))
    return note_deleted(target, missing_in(batch, below, last_id), clock=clock)


def missing_in(batch: Batch, below: int | None, last_id: int) -> list[int]:
    """The numbers that ``batch`` (see ``note_gone``) should hold if there were posts of them."""
    there = numbers_in(batch)
    return [number for number in _span(batch, below, last_id) if number not in there]


def numbers_in(batch: Batch) -> set[int]:
    """The numbers of all posts of a batch, each of an album's too."""
    return {number for post in batch.posts for number in (post.id, *post.album)}


def _span(batch: Batch, below: int | None, last_id: int) -> range:
    """The numbers known before that ``batch`` speaks of."""
    if batch.unreadable or batch.outcome not in {Outcome.OK, Outcome.EMPTY}:
        return range(0)
    high = min(last_id, below - 1) if below is not None else last_id
    return range(max(batch.posts[0].id if batch.posts else 1, high - _MOST_IDS), high + 1)


def note_deleted(target: Target, numbers: Iterable[int], *, clock: Clock = utc_now) -> int:
    """Note that the posts ``numbers`` are gone, as far as they are in the record. Returns how many
    are news."""
    known = still_there(target, numbers)
    now = clock()
    GonePost.objects.bulk_create(
        [GonePost(target=target, post=number, noticed_at=now) for number in sorted(known)],
        ignore_conflicts=True,
    )
    return len(known)


def still_there(target: Target, numbers: Iterable[int]) -> set[int]:
    """Those of ``numbers`` that are in the record and not known to be gone."""
    known = {number for chunk in _chunks([*numbers]) for number in _known(target, chunk)}
    gone = GonePost.objects.filter(target=target, post__in=known)
    return known - set(gone.values_list("post", flat=True))


def _chunks(numbers: list[int]) -> list[list[int]]:
    return [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]


def _known(target: Target, numbers: list[int]) -> set[int]:
    rows = DocumentRow.objects.filter(target=target, part__in=[str(number) for number in numbers])
    return {int(part) for part in rows.values_list("part", flat=True)}


def _came_back(target: Target, numbers: set[int]) -> None:
    """A post that is there after all was missed by a reading that was cut short."""
    GonePost.objects.filter(target=target, post__in=numbers).delete()
