"""Holds what analysts saw against the record.

``python -m bench.analysts.checking NEWEST BEGAN`` reads their shifts as JSON, and prints what does
not fit, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import django

from bench.analysts.analyst import Held


def given_twice(held: list[Held]) -> list[str]:
    """Cases that two people had before them at once."""
    found = list[str]()
    last: dict[int, dict[str, float]] = {}
    for one in sorted(held, key=lambda one: one.begun):
        before = last.setdefault(one.case, {})
        for person, ended in before.items():
            if person != one.person and one.begun < ended:
                found.append(f"case {one.case}: {person} and {one.person} at once")
        before[one.person] = max(one.ended, before.get(one.person, one.ended))
    return found


def lost_or_doubled(said: list[dict[str, Any]], newest: int, began: str) -> list[str]:
    """Verdicts that were taken and are not in the record as often, or the other way round; of what
    was there already the ``newest`` decision, and when they ``began``, are told."""
    from cases.models import AuditEvent, DecisionRow

    told: Counter[tuple[int, str, str]] = Counter()
    back: Counter[tuple[int, str, str]] = Counter()
    holds: Counter[tuple[str, str]] = Counter()
    for one in said:
        key = (one["case"], one["person"], one["verdict"])
        if one["undone"]:
            back[key] += 1
        elif one["verdict"] == "hold":
            holds[f"case:{one['case']}", one["person"]] += 1
        else:
            told[key] += 1
    people = {one["person"] for one in said}
    columns = ("case_id", "person__username", "verdict")
    rows = DecisionRow.every.filter(person__username__in=people, pk__gt=newest)
    kept = Counter(rows.values_list(*columns))
    undone = Counter(rows.exclude(undone_at=None).values_list(*columns))
    events = AuditEvent.objects.filter(action="decision.hold", actor__in=people, at__gte=began)
    held = Counter(events.values_list("subject", "actor"))
    return [
        f"{name}: {key}: told {one.get(key, 0)}, kept {other.get(key, 0)}"
        for name, one, other in (
            ("verdict", told, kept),
            ("undone", back, undone),
            ("hold", holds, held),
        )
        for key in one.keys() | other.keys()
        if one.get(key, 0) != other.get(key, 0)
    ]


def main() -> int:
    django.setup()
    from cases.audit import verify
    from cases.crosscheck import contradictions

    newest, began = sys.argv[1:]
    shifts = json.load(sys.stdin)
    said = [one for shift in shifts for one in shift["said"]]
    held = [Held(**one) for shift in shifts for one in shift["held"]]
    report = verify()
    found = {
        "given_twice": given_twice(held),
        "lost_or_doubled": lost_or_doubled(said, int(newest), began),
        "chain": [*report.problems],
        "contradictions": contradictions(),
        "events": report.length,
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
