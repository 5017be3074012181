"""Where a listener writes: evidence, journals, counts, and who stores what was read or told."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from cases import counts
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Capture, Run
from channels.journals import journal_path, sent_in, unkept_in, unkept_path
from channels.keepers import keeper_of
from channels.listening.taking import Taker
from channels.options import Options
from channels.posts import ChannelReader, Fetch
from channels.preview import PreviewReader
from channels.served import count_refetched
from channels.visiting import RETENTION, STAGE, Visitor
from channels.waiting import set_count
from channels.wire import Wire
from net.journal import RequestJournal

_WORKER = "channels-listen"


class Desk:
    """The desk of the listener of ``run``. What requests brought to nobody's knowledge before is
    counted when it opens, and when it closes. Raises RecordError where another process listens."""

    def __init__(self, run: Run, options: Options) -> None:
        self.run, self._options = run, options
        self._journal = RequestJournal(journal_path(options.journals, run.pk))
        self._unkept = RequestJournal(unkept_path(options.journals, run.pk))
        self._evidence = EvidenceWriter(
            options.evidence_root, run.pk, _WORKER, RETENTION, rotate_bytes=options.rotate_bytes
        )
        self._wire = Wire(options.net, options.pace, self._journal.sent)
        self.preview = PreviewReader(self._wire, options.base_url)
        self._keeper = keeper_of(run, options)
        last = Capture.objects.filter(run=run).aggregate(last=Max("turn"))["last"]
        self.turn: int = last or 0
        self._count_lost()

    def visitor(self, reader: ChannelReader, max_pages: int) -> Visitor:
        """Who reads a channel by ``reader``, in a turn of its own."""
        self.turn += 1
        return Visitor(
            self.run,
            reader,
            self._evidence,
            max_pages=max_pages,
            platforms=self._options.platforms,
            keeper=self._keeper,
            turn=self.turn,
        )

    def taker(self, reader: ChannelReader) -> Taker:
        """Who takes in what an account was told, in a turn of its own."""
        self.turn += 1
        return Taker(
            self.run,
            reader,
            self._evidence,
            max_pages=1,
            platforms=self._options.platforms,
            keeper=self._keeper,
            turn=self.turn,
        )

    def unkept(self, fetches: Iterable[Fetch]) -> None:
        """Write down requests that brought nothing new."""
        for fetch in fetches:
            for _ in range(fetch.attempts):
                self._unkept.sent(fetch.url)

    def count(self, name: str, reason: str, n: int = 1, source: str = "") -> None:
        """Add to one of the run's counts."""
        counts.add(self.run.pk, STAGE, {CountKey(source, name, reason): n})

    def set(self, name: str, reason: str, n: int) -> None:
        """Make one of the run's counts ``n``: as it stands now."""
        set_count(self.run, CountKey("", name, reason), n)

    def close(self) -> None:
        """Call it when no request is under way any more."""
        self._count_lost()
        self._wire.close()
        self._evidence.close()
        self._unkept.close()
        self._journal.close()

    def _count_lost(self) -> None:
        folder, number = self._options.journals, self.run.pk
        count_refetched(self.run, sent_in(folder, number), unkept_in(folder, number))
