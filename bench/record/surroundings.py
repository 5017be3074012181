"""What stands around the cases of a made-up record: people, nights, families."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.record.shapes import NIGHTS, PASSWORD, Year
from bench.record.tables import Tables
from cases.models import Family, Person, Run, StageRun
from cases.people import Role, add_person

_STAGES = ("discover", "gather", "assess", "families", "index", "exports")
GROUPS = {
    Role.ANALYST: 40, Role.SUPERVISOR: 4, Role.AUDITOR: 1, Role.OPERATOR: 1,
    Role.ADMINISTRATOR: 1, Role.REGULATOR: 1,
}  # fmt: skip


def people() -> dict[Role, list[tuple[int, str]]]:
    """Numbers and names of everybody, by group; all have ``PASSWORD`` and chose it themselves."""
    found: dict[Role, list[tuple[int, str]]] = {}
    for role, count in GROUPS.items():
        for number in range(1, count + 1):
            recipient = "regulator" if role is Role.REGULATOR else ""
            name = f"{role}{number}"
            one = add_person(name, PASSWORD, role, actor="bench", recipient=recipient)
            found.setdefault(role, []).append((one.pk, one.username))
    Person.objects.update(own_password=True)
    return found


def nights(tables: Tables, year: Year) -> list[int]:
    """Numbers of the nights' runs; the last one has the report that the overview reads."""
    found = list[int]()
    for night in range(NIGHTS):
        begun, ended = year.moment(night, 0), year.moment(night, 8)
        newest = night == NIGHTS - 1
        run = tables.add(
            Run, kind="night", state="complete", started_at=begun, finished_at=ended,
            report=_report() if newest else {},
        )  # fmt: skip
        found.append(run)
        for stage in _STAGES if newest else ():
            tables.add(
                StageRun, run_id=run, stage=stage, state="done", started_at=begun, finished_at=ended
            )
    return found


def _report() -> dict[str, Any]:
    sources = [
        {"source": f"host:shop{n}.test", "name": f"shop{n}.test",
         "coverage": "broken" if n % 40 == 0 else "kept", "coverage_reason": "captcha"}
        for n in range(1, 2_001)
    ]  # fmt: skip
    stages = [
        {"stage": stage, "state": "done", "seconds": 600.0, "counts": {"fetched": 5_000},
         "error": ""}
        for stage in _STAGES
    ]  # fmt: skip
    totals = {"sources": 2_000, "requests": 30_000, "fetched": 28_000, "documents": 25_000}
    return {"totals": totals, "sources": sources, "stages": stages, "cases": [], "looked_again": []}


def families(tables: Tables, year: Year, numbers: Iterable[int]) -> None:
    """A row for each operator, tied by the contact that its cases share."""
    for number in sorted(numbers):
        links = [["telegram", contact_of(number)]]
        tables.add(Family, id=number + 1, links=links, founded_at=year.moment(0, 1))


def contact_of(family: int) -> str:
    """How an operator is reached, as a trait of families has it."""
    return f"operator_{family}"
