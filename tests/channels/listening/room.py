"""A listener for a test: over a record in which a night has read the channels, at real servers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from cases.models import Capture, Case, DocumentRow, Run, RunCount
from channels.accounts.budgets import Budget, RequestClass
from channels.accounts.keys import KeySource
from channels.accounts.plan import AccountsPlan
from channels.accounts.vault import Vault
from channels.listening.listener import Listener
from channels.listening.plan import Heard, ListenPlan
from channels.models import GonePost
from channels.options import AccountReading, Options
from channels.posts import TelegramServer
from channels.snowball.rings import Caps
from channels.wire import Pace
from domain.clock import utc_now
from domain.nights import LISTEN
from domain.platforms import Platforms
from domain.states import CaseState
from net.retries import Backoff
from tests.channels.mtproto.accounts import PLENTY, QUICK, Readers
from tests.channels.mtproto.visits import Visits
from tests.channels.previewserver import HOST, PreviewServer
from tests.channels.test_preview import net_config
from tests.world.mtproto.server import TelegramDouble

#: What has to happen happens within this, however busy the machine is.
WAIT_S = 30.0
NEVER_S = 80_000.0
Steps = Iterator[Callable[[], Any]]


class Room:
    """Listens. ``says`` is what the operator was told, ``heard`` what came of all listening."""

    def __init__(
        self, folder: Path, double: TelegramDouble, server: PreviewServer, readers: Readers
    ) -> None:
        self.folder, self.double, self.server, self.readers = folder, double, server, readers
        self.vault = Vault(folder / "accounts", KeySource(folder / "accounts.key"))
        self.vault.prepare()
        self.visits = Visits(folder, double)
        self.heard = Heard()
        self.says: list[str] = []
        self.budgets = dict(PLENTY)
        self._asked = self._served = 0

    def account(self, name: str = "one") -> None:
        """Log ``name`` in."""
        self.vault.store(name, self.readers.access(name).session)
        self.readers.of(name)

    def read(self, name: str, account: str = "one") -> None:
        """A night reads ``name`` as ``account``, and its case comes into review."""
        reading = self.readers.of(account)
        self.visits.visit(reading, name)
        reading.gateway.close()
        self.in_review(name)

    def in_review(self, name: str) -> None:
        """Put the case of a channel where it is listened to."""
        found = Case.objects.filter(target__name=name)
        assert found.update(state=CaseState.IN_REVIEW, score=0.9) == 1

    def of_day(self) -> Run:
        return Run.objects.create(kind=LISTEN, started_at=utc_now())

    @property
    def options(self) -> Options:
        server = TelegramServer(f"127.0.0.1:{self.double.port}", self.readers.key_file)
        plan = AccountsPlan(self.vault, server, 1, "0" * 32, None, self.budgets)
        return Options(
            net=net_config(self.server.address, timeout_s=20),
            pace=Pace(0.0, 1_000_000, QUICK),
            base_url=f"http://{HOST}/s/",
            max_pages=10,
            caps=Caps(total=50),
            explore=0.0,
            platforms=Platforms(frozenset()),
            evidence_root=self.folder / "evidence",
            rotate_bytes=1 << 20,
            journals=self.folder / "journals",
            accounts=AccountReading(plan, longest_wait_s=0.5, timeout_s=20.0),
        )

    def listen(
        self,
        steps: Steps,
        run: Run | None = None,
        *,
        every_s: float = NEVER_S,
        account: str = "",
        most: int = 40,
    ) -> Run:
        """Listen until each of ``steps`` has happened, in turn."""
        run = run or self.of_day()
        asked, served = len(self.double.calls), sum(self.server.served.values())
        plan = ListenPlan(every_s, most, 10, account)
        listener = Listener(run, self.options, plan, self.heard, self.says.append)
        listener.listen(_Script(steps).over)
        self._asked += len(self.double.calls) - asked
        self._served += sum(self.server.served.values()) - served
        return run

    # what the record says

    def versions(self, value: str = "1001") -> dict[int, list[str]]:
        """The texts of each post, oldest version first."""
        rows = DocumentRow.objects.filter(target__value=value).exclude(part="about").order_by("pk")
        found: dict[int, list[str]] = {}
        for part, text in rows.values_list("part", "text"):
            found.setdefault(int(part), []).append(text)
        return found

    def posts(self, value: str = "1001") -> list[int]:
        """The posts of a channel, of which none is there twice."""
        found = self.versions(value)
        assert {len(texts) for texts in found.values()} <= {1}
        return sorted(found)

    def gone(self) -> list[int]:
        return [*GonePost.objects.order_by("post").values_list("post", flat=True)]

    def count(self, name: str, reason: str = "") -> int:
        rows = RunCount.objects.filter(run__kind=LISTEN, name=name)
        rows = rows.filter(reason__startswith=reason) if reason else rows
        return sum(rows.values_list("n", flat=True))

    def by_update(self) -> list[str]:
        rows = Capture.objects.filter(url__startswith="mtproto://telegram/updates?").order_by("pk")
        return [*rows.values_list("url", flat=True)]

    def check(self, lost: int | None = 0) -> None:
        """What the record says was asked equals what the servers saw; the evidence is sound."""
        captures = Capture.objects.filter(run__kind=LISTEN)
        said = sum(captures.values_list("requests", flat=True)) + self.count("sent")
        refetched = self.count("refetched")
        assert said + refetched == self._asked + self._served
        if lost is not None:
            assert refetched == lost
        found: Counter[str] = Counter()
        for path in (self.folder / "evidence").rglob("*.warc.gz"):
            with path.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    found[record.rec_headers.get_header("WARC-Target-URI")] += 1
        for url in captures.exclude(warc_file="").values_list("url", flat=True):
            assert found[url] >= 1


class _Script:
    """Goes from step to step as the listener asks whether it is over."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._until: Callable[[], Any] | None = None
        self._end = 0.0

    def over(self) -> bool:
        if self._until is not None and not self._until():
            assert time.monotonic() < self._end, "what was waited for did not happen"
            return False
        self._until = next(self._steps, None)
        self._end = time.monotonic() + WAIT_S
        return self._until is None


def tight(kind: RequestClass, most: int) -> dict[RequestClass, Budget]:
    """Plenty of everything but ``kind``."""
    return {**PLENTY, kind: Budget(most, timedelta(hours=1))}


PATIENT = Backoff(tries=2, base_s=0.01, cap_s=0.05)
