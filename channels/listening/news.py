"""Whether a poll brought anything that the record does not have: what did not is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cases.intake import storable
from cases.models import DocumentRow, Target
from channels.documents import documents_of
from channels.gone import missing_in, numbers_in, still_there
from channels.models import ChannelCursor, GonePost
from channels.posts import Batch, ChannelReader, Fetch
from domain.captures import Egress, Outcome
from domain.digests import sha256_hex
from domain.documents import Document

_WHOLE = (Outcome.OK, Outcome.EMPTY)


class NewsReader:
    """A ``ChannelReader`` that keeps a visit whose first batch ``brings`` nothing to itself: its
    fetches go to ``unkept``. ``first`` is that batch, ``low`` the lowest post that was read."""

    def __init__(
        self,
        reader: ChannelReader,
        brings: Callable[[Batch], bool],
        unkept: Callable[[Iterable[Fetch]], None],
    ) -> None:
        self._reader, self._brings, self._unkept = reader, brings, unkept
        self.first: Batch | None = None
        self.last: Batch | None = None
        self.low = 0
        self.kept = False

    @property
    def egress(self) -> Egress:
        return self._reader.egress

    @property
    def by_number(self) -> bool:
        return self._reader.by_number

    def address(self, channel: str, before: int | None = None) -> str:
        return self._reader.address(channel, before)

    def read(
        self,
        channel: str,
        since_id: int = 0,
        *,
        before: int | None = None,
        at_most: int | None = None,
    ) -> Iterator[Batch]:
        """See ``ChannelReader.read``; no batch at all where there is nothing new."""
        for batch in self._reader.read(channel, since_id, before=before, at_most=at_most):
            self.last = batch
            if batch.posts:
                self.low = batch.posts[0].id
            if self.first is None:
                self.first = batch
                if before is None and not self._brings(batch):
                    self._unkept(batch.fetches)
                    return
            self.kept = True
            yield batch


def brings_news(target: Target, batch: Batch) -> bool:
    """Whether the newest page or batch of ``target`` says what the record does not know: another
    post, text, description or name, a post that is gone or back, or that it cannot be read."""
    if batch.outcome not in _WHOLE:
        return True
    info = batch.channel
    if info is not None and info.username and info.username != target.name:
        return True
    if info is not None and info.numeric_id is not None and str(info.numeric_id) != target.value:
        return True  # its name is another channel's now
    cursor = ChannelCursor.objects.filter(target=target).first()
    last_id = cursor.last_id if cursor else 0
    there = numbers_in(batch)
    if max(there, default=0) > last_id:
        return True
    documents, _ = documents_of(batch, about=True)
    if unknown(target, documents):
        return True
    if GonePost.objects.filter(target=target, post__in=there).exists():
        return True
    return bool(still_there(target, missing_in(batch, None, last_id)))


def unknown(target: Target, documents: Iterable[Document]) -> list[Document]:
    """Those of ``documents`` whose text is not in the record under their part."""
    found = [*documents]
    rows = DocumentRow.objects.filter(target=target, part__in=[one.part for one in found])
    known = set(rows.values_list("part", "text_sha256"))
    return [
        one for one in found if (one.part, sha256_hex(storable(one.text).encode())) not in known
    ]
