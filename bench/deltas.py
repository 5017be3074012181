"""A delta of 1 % churn against the full set, and the gate: a record of 100 000 requests.

The release in force held 100 000 entries; 500 of them are gone and 500 are new. *Full* is reading
the requests in force and writing every format that has a delta; *delta* is finding what changed and
writing the same formats of it. The gate's time is that of ``Gate.check`` over the 100 000 with the
lists that the project ships. The record is a SQLite file of its own that is gone afterwards; the
fastest of three runs counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_COUNT, _CHANGED = 100_000, 500
_FORMATS = ("json", "csv", "xml", "telegram")
_AT_ONCE = 2_000


def measure() -> dict[str, Any]:
    """``share`` is the delta's time as a part of the full set's; ``gate_s`` is for 100 000."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NARCOWATCH_CONFIG": "", "NARCOWATCH_DATA_DIR": folder}
        env["DJANGO_SETTINGS_MODULE"] = "config.settings"
        done = subprocess.run(
            [sys.executable, "-m", "bench.deltas"],
            capture_output=True, text=True, check=True, env=env,
        )  # fmt: skip
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _child() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    last = _fill(now)
    print(json.dumps(_measured(last, now)))


def _fill(now: datetime) -> Any:
    """Requests in force, and a release that held them but for those that are new."""
    from blocking.documents import SCHEMA
    from blocking.models import BlockingRequest, Export, ExportEntry, Order
    from blocking.states import ExportState
    from cases.models import Case, Target
    from domain.states import CaseState

    last = Export.objects.create(
        recipient="regulator", number=1, state=ExportState.RELEASED, content_sha256="0" * 64,
        built_at=now,
    )  # fmt: skip
    total = _COUNT + _CHANGED
    for start in range(0, total, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, total))
        hosts = [f"shop-{n:06}.example-{n % 977}.test" for n in numbers]
        targets = Target.objects.bulk_create(
            Target(kind="host", value=host, name=host, first_seen=now) for host in hosts
        )
        cases = Case.objects.bulk_create(
            Case(
                target=target, opened_at=now, changed_at=now,
                state=CaseState.WITHDRAWN if n < _CHANGED else CaseState.REQUESTED,
            )
            for n, target in zip(numbers, targets, strict=True)
        )  # fmt: skip
        requests = [
            _request(case, host, now, SCHEMA) for case, host in zip(cases, hosts, strict=True)
        ]
        BlockingRequest.objects.bulk_create(requests)
        before = [one for n, one in zip(numbers, requests, strict=True) if n < _COUNT]
        ExportEntry.objects.bulk_create(
            ExportEntry(export=last, request=one, subdomains=True) for one in before
        )
        Order.objects.bulk_create(
            Order(request=one, recipient="regulator", export=last, sent_at=now, changed_at=now)
            for one in before
        )
    return last


def _request(case: Any, host: str, now: datetime, schema: str) -> Any:
    from blocking.models import BlockingRequest
    from domain.clock import iso
    from domain.digests import canonical_json, sha256_hex

    identity, until = uuid.uuid5(uuid.NAMESPACE_URL, host), now + timedelta(days=90)
    data = {
        "schema": schema,
        "id": str(identity),
        "action": "block",
        "urgency": "normal",
        "territory": "KZ",
        "authority": {
            "number": f"{case.pk}/1",
            "date": "2026-03-01",
            "unit": "Unit",
            "contact": "",
        },
        "law": {"provisions": ["Law, article 41-1"], "category": "drug_sale"},
        "target": {"kind": "host", "key": host, "scope": "host", "values": [host]},
        "facts": {"text": "x" * 900},
        "validity": {"from": iso(now), "until": iso(until)},
    }
    text = canonical_json(data).decode()
    return BlockingRequest(
        id=identity, case=case, review_round=case.review_round, action="block", scope="host",
        values=[host], sort_key=host, territory="KZ", document=text,
        sha256=sha256_hex(text.encode()), valid_from=now, valid_until=until,
    )  # fmt: skip


def _measured(last: Any, now: datetime) -> dict[str, Any]:
    import config
    from blocking.current import entries_of, requests_for
    from blocking.delta import delta_against
    from blocking.drafts import in_force
    from blocking.exporters import formats_of
    from blocking.exporters.format import ExportInfo
    from blocking.files import write_files
    from blocking.gate import Gate
    from blocking.plan import Recipient
    from blocking.protection import load_protection

    lists = Path(config.__file__).parent
    gate = Gate(load_protection(lists / "platforms.toml", [lists / "neverblock"]))
    recipient, formats = Recipient("regulator", _FORMATS), formats_of(_FORMATS)
    info = ExportInfo("regulator", 2, "2026-03-01T12:00:00Z", "", "Unit")

    def entries() -> list[Any]:
        rows = requests_for(recipient, now).iterator(chunk_size=_AT_ONCE)
        return entries_of(rows, gate.spared())

    def full() -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_files(Path(folder), formats, entries(), info)

    held = entries()
    assert len(held) == _COUNT

    def delta() -> None:
        with tempfile.TemporaryDirectory() as folder:
            found = delta_against(last, held, now)
            assert found is not None
            assert (len(found.added), len(found.lifted)) == (_CHANGED, _CHANGED)
            write_files(Path(folder), formats, [], info, found)

    before = in_force(last, (entry.id for entry in held), now)
    full_s, delta_s = _fastest(full), _fastest(delta)
    gate_s = _fastest(lambda: gate.check(held, 2, before))
    return {
        "full_s": round(full_s, 2),
        "delta_s": round(delta_s, 2),
        "share": round(delta_s / full_s, 3),
        "gate_s": round(gate_s, 2),
    }


def _fastest(work: Callable[[], object]) -> float:
    return min(_times(work))


def _times(work: Callable[[], object]) -> Iterator[float]:
    for _ in range(3):
        begun = time.perf_counter()
        work()
        yield time.perf_counter() - begun


if __name__ == "__main__":
    _child()
