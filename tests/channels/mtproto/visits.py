"""Visits by accounts for a test: into a record, and checked against what the double saw."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from cases import runs
from cases.evidence import EvidenceWriter
from cases.models import Capture, DocumentRow, Run, RunSource, Target
from channels.accounts.ledger import RequestClass
from channels.discovery import Platforms
from channels.visiting import Visitor
from domain.captures import Outcome
from domain.seeds import parse_seeds
from tests.channels.mtproto.accounts import Reading
from tests.records import new_run
from tests.world.mtproto.server import TelegramDouble

CLASSES = {
    "ResolveUsername": RequestClass.RESOLVE,
    "GetHistory": RequestClass.HISTORY,
    "GetFullChannel": RequestClass.INFO,
    "GetChannelRecommendations": RequestClass.SIMILAR,
}


class Visits:
    """Visits channels for one run, by whichever account is given."""

    def __init__(self, folder: Path, double: TelegramDouble) -> None:
        self.folder, self.double = folder, double
        self.run: Run = new_run()
        self._writers = 0

    def source(self, name: str) -> RunSource:
        seeds = parse_seeds(f'[[channel]]\nname = "{name}"\n'.encode())
        known = Target.objects.filter(kind="telegram", name=name).first()
        if known is None:
            runs.add_seeds(self.run, list(seeds.seeds))
        else:
            runs.add_source(self.run, known.key, "seed")
        rows = RunSource.objects.filter(run=self.run, target__name__in=[name, f"@{name}"])
        return rows.select_related("target").get()

    def visit(self, reading: Reading, name: str = "some_shop", **more: Any) -> Outcome | None:
        self._writers += 1
        evidence = EvidenceWriter(
            self.folder / "evidence", self.run.pk, f"account-{self._writers}", "posts"
        )
        values = {"max_pages": 1000, "platforms": Platforms(frozenset()), **more}
        try:
            return Visitor(self.run, reading.reader, evidence, **values).visit(self.source(name))
        finally:
            evidence.close()

    def done(self, name: str = "some_shop") -> bool:
        return self.source(name).done

    def posts(self) -> list[int]:
        """The posts in the record, none twice."""
        parts = DocumentRow.objects.exclude(part="about").values_list("part", flat=True)
        counted = Counter(map(int, parts))
        assert {*counted.values()} <= {1}
        return sorted(counted)

    def check(self, *readings: Reading, lost: int = 0) -> None:
        """Budgets are used once for each request that reached the double, each request stands in
        the record but ``lost`` ones, and the files are sound."""
        for reading in readings:
            account = reading.ledger.account
            for method, kind in CLASSES.items():
                assert reading.ledger.used(kind) == self.double.count(method, account), method
        told = [url for reading in readings for url in reading.sent]
        assert len(told) == len(self.double.calls)
        captured = sum(Capture.objects.values_list("requests", flat=True))
        assert captured + lost == sum("own=" not in url for url in told)
