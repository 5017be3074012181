"""Reading all channels of one run: each failure stays with its channel."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.db import DatabaseError

from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run, RunSource
from channels.account_pass import read_by_accounts
from channels.accounts import pool
from channels.claims import leave
from channels.imaging_run import Imaging
from channels.journals import journal_path, sent_in, worker_of
from channels.keepers import keeper_of
from channels.options import Options
from channels.preview import PreviewReader
from channels.searching import open_searches, prepare
from channels.served import count_refetched
from channels.visiting import RETENTION, Visitor, nobody
from channels.waiting import count_left, next_source, set_count
from channels.wanted import OF_THE_HOST, hand_over, release, reopen
from channels.wire import Wire
from domain.captures import Outcome
from domain.clock import utc_now
from domain.errors import EvidenceError, RecordError
from domain.nights import end_of
from net.journal import RequestJournal

log = logging.getLogger(__name__)

#: So many channels in a row failing so means that asking for more only makes it worse.
_ENOUGH = 5
_NOT_SEARCHED = CountKey("", "skipped", "search waits for an account")
#: What is wrong with the record or the disk is wrong for every channel.
_FATAL = (DatabaseError, EvidenceError, RecordError, OSError)


def read_channels(run: Run, options: Options) -> None:
    """Read the run's channels, and those they lead to, until none is left: previews first, then
    accounts what has none.

    Safe to call again after a kill: pages in the record are not asked for again, requests whose
    answers were lost are counted as ``refetched``. Raises what is wrong with record or disk.
    """
    journal = RequestJournal(journal_path(options.journals, run.pk))
    evidence = EvidenceWriter(
        options.evidence_root, run.pk, worker_of(), RETENTION, rotate_bytes=options.rotate_bytes
    )
    accounts = options.accounts if options.accounts is not None and pool.active() else None
    wire = Wire(options.net, options.pace, journal.sent)
    imaging = Imaging.begun(run, options) if options.images is not None else None
    try:
        count_refetched(run, sent_in(options.journals, run.pk))
        release(run)
        reopen(run)
        prepare(run, options.searches)
        visitor = Visitor(
            run,
            PreviewReader(wire, options.base_url),
            evidence,
            max_pages=options.max_pages,
            platforms=options.platforms,
            keeper=keeper_of(run, options),
            hand_over=nobody if accounts is None else hand_over,
            on_stored=imaging.keeper.take if imaging else None,
        )
        ends = end_of(run.started_at, *options.night_ends)
        _read_all(run, visitor, options, ends)
        while accounts is not None and not _over(ends):
            if not read_by_accounts(run, accounts, options.max_similar, options.max_resolves):
                break
            _read_all(run, visitor, options, ends)
        leave(run)
        set_count(run, _NOT_SEARCHED, open_searches(run).count())
        count_left(run, options.caps)
        count_refetched(run, sent_in(options.journals, run.pk))
    finally:
        if imaging is not None:
            imaging.end()
        wire.close()
        evidence.close()
        journal.close()


def _read_all(run: Run, visitor: Visitor, options: Options, ends: datetime | None) -> None:
    in_a_row = 0
    while True:
        over = _over(ends)
        caps = replace(options.caps, total=0) if over else options.caps
        source = next_source(run, caps, options.explore)
        if source is None:
            return
        if over:
            visitor.give_up(source, "skipped", "the night is over")
            continue
        if in_a_row >= _ENOUGH:
            if not visitor.leave_to_another(source):
                visitor.give_up(source, "failed", "not reached: the preview host does not answer")
            continue
        outcome = _visit(visitor, source)
        if outcome is not None:
            in_a_row = in_a_row + 1 if outcome in OF_THE_HOST else 0


def _over(ends: datetime | None) -> bool:
    return ends is not None and utc_now() >= ends


def _visit(visitor: Visitor, source: RunSource) -> Outcome | None:
    try:
        return visitor.visit(source)
    except _FATAL:
        raise
    except Exception as error:  # one channel must not take the others along
        log.exception("reading %s failed", source.target)
        visitor.give_up(source, "failed", f"error: {type(error).__name__}")
        return None
