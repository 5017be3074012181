"""A batch of posts as documents for the record: one per post, one for the channel's description."""

from __future__ import annotations

from collections import Counter

from channels.posts import Batch, Fetch, Forward, Post
from domain.candidates import Candidate
from domain.captures import CaptureRecord, Egress
from domain.documents import Document, Link
from domain.targets import TargetKey

#: The part under which a channel's description is kept; posts have their id.
ABOUT = "about"
#: Stands for the origin of a forward that is a person, or hides itself.
UNTOLD = "untold"
#: Why a post of pictures alone has no document.
BARE = "post without text or link"


def documents_of(batch: Batch, *, about: bool) -> tuple[tuple[Document, ...], Counter[str]]:
    """Documents of a batch, and what was left out, by reason.

    ``about`` says whether the channel's description is among them: every page repeats it.
    """
    skipped: Counter[str] = Counter()
    if batch.unreadable:
        skipped["post that cannot be read"] += batch.unreadable
    if batch.channel is None:
        return (), skipped
    info = batch.channel
    documents = []
    if about and info.description:
        documents.append(
            Document(title=info.title, text=info.description, part=ABOUT, links=info.links)
        )
    for post in batch.posts:
        if post.service:
            skipped["service post"] += 1
        elif is_bare(post):
            skipped[BARE] += 1
        else:
            documents.append(_document(info.title, post))
    return tuple(documents), skipped


def is_bare(post: Post) -> bool:
    """Whether a post says nothing and leads nowhere: a picture alone."""
    return not (post.text or post.links or post.buttons)


def _document(title: str, post: Post) -> Document:
    return Document(
        title=title,
        text=post.text,
        part=str(post.id),
        posted_at=post.posted_at,
        links=_links(post),
        views=post.views,
        forwarded_from=_origin(post.forward),
    )


def _links(post: Post) -> tuple[Link, ...]:
    origin = post.forward.username if post.forward else ""
    forward = (
        (Link(f"https://t.me/{origin}", post.forward.name),) if post.forward and origin else ()
    )
    return (*post.links, *post.buttons, *forward)


def _origin(forward: Forward | None) -> str:
    """``@name`` of the channel where it has one, else its title, else that there is an origin: a
    forward is not the channel's own text, whoever's it is."""
    if forward is None:
        return ""
    return f"@{forward.username}" if forward.username else forward.name or UNTOLD


def capture_of(
    fetch: Fetch,
    site: TargetKey,
    egress: Egress,
    candidates: tuple[Candidate, ...] = (),
    *,
    turn: int = 0,
) -> CaptureRecord:
    """One request as the record keeps it, without documents; ``candidates`` are where it leads,
    ``turn`` numbers what a run asks for again and again."""
    return CaptureRecord(
        site=site,
        url=fetch.url,
        fetched_at=fetch.fetched_at,
        egress=egress,
        outcome=fetch.outcome,
        exchange=fetch.exchange,
        detail=fetch.detail,
        attempts=fetch.attempts,
        redacted=fetch.redacted,
        candidates=candidates,
        turn=turn,
    )
