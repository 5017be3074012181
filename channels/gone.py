"""Posts that are in the record and were not found again: deleted by their author, or for him."""

from __future__ import annotations

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
    if batch.unreadable or batch.outcome not in {Outcome.OK, Outcome.EMPTY}:
        return 0
    high = min(last_id, below - 1) if below is not None else last_id
    low = max(batch.posts[0].id if batch.posts else 1, high - _MOST_IDS)
    there = {number for post in batch.posts for number in (post.id, *post.album)}
    missing = [number for number in range(low, high + 1) if number not in there]
    _came_back(target, there)
    known = {number for chunk in _chunks(missing) for number in _known(target, chunk)}
    known -= set(
        GonePost.objects.filter(target=target, post__in=known).values_list("post", flat=True)
    )
    now = clock()
    GonePost.objects.bulk_create(
        [GonePost(target=target, post=number, noticed_at=now) for number in sorted(known)],
        ignore_conflicts=True,
    )
    return len(known)


def _chunks(numbers: list[int]) -> list[list[int]]:
    return [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]


def _known(target: Target, numbers: list[int]) -> set[int]:
    rows = DocumentRow.objects.filter(target=target, part__in=[str(number) for number in numbers])
    return {int(part) for part in rows.values_list("part", flat=True)}


def _came_back(target: Target, numbers: set[int]) -> None:
    """A post that is there after all was missed by a reading that was cut short."""
    GonePost.objects.filter(target=target, post__in=numbers).delete()
