"""Pages that parse well and are not believed: their words are gone, though the posts are there.

Where the markup of a post's text changes, a post with a picture still reads as one without text.
The record tells that from a channel of pictures: its posts had words, or an earlier run found none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cases.models import DocumentRow, Run, RunCount, Target
from channels.documents import ABOUT, BARE, is_bare
from channels.posts import Batch, Post
from domain.captures import Outcome


def lost_words(target: Target, batch: Batch) -> str:
    """Why ``batch`` is not believed: more of its posts lost the words that the record has of them
    than have any. Empty where it is believed."""
    posts = _said(batch)
    silent = [str(post.id) for post in posts if not post.text]
    rows = DocumentRow.objects.filter(target=target, part__in=silent).exclude(text="")
    lost = rows.values("part").distinct().count() if silent else 0
    if lost > len(posts) - len(silent):
        return f"{lost} of {len(posts)} posts had a text in the record and show none"
    return ""


def never_had_words(run: Run, target: Target, batch: Batch) -> str:
    """Why a channel of which nothing but pictures was ever read is not believed to be one, empty
    where an earlier run found it so too. ``batch`` is the last one of a visit."""
    posts = _said(batch)
    if not posts or not all(is_bare(post) for post in posts):
        return ""
    if DocumentRow.objects.filter(target=target).exclude(part=ABOUT).exists():
        return ""
    found = RunCount.objects.filter(source=str(target), name="skipped", reason=BARE)
    if found.filter(run__lt=run.pk).exists():
        return ""
    return f"none of {len(posts)} posts shows a text or link, and no earlier run found it so"


def disbelieved(batch: Batch, outcome: Outcome, why: str) -> Batch:
    """What was fetched is kept under ``outcome``; nothing that was read of it is taken."""
    *way, last = batch.fetches
    return Batch((*way, replace(last, outcome=outcome, detail=why)))


def _said(batch: Batch) -> Sequence[Post]:
    """Service posts say nothing of the markup: their words are Telegram's."""
    if batch.outcome is not Outcome.OK:
        return ()
    return [post for post in batch.posts if not post.service]
