"""Fills a record in a process of its own: ``python -m tests.review.console.seeding NAME …``.

Prints what was made as JSON.
"""

from __future__ import annotations

import json
import sys

import django


def waiting(count: str) -> list[int]:
    """Cases of so many shops, all in review."""
    from domain.states import CaseState
    from tests.records import case_in

    return [case_in(CaseState.IN_REVIEW, f"host:shop{n}.test").pk for n in range(int(count))]


def people(*pairs: str) -> list[str]:
    """People as NAME:GROUP, all with the password of the tests."""
    from cases.people import Role
    from tests.people import person

    return [
        person(name, Role(role)).username for name, _, role in (p.partition(":") for p in pairs)
    ]


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
