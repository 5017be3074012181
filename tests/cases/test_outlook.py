"""What a page tells of evidence that is due is what the night would erase."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases import audit, keeping
from cases.models import Capture, Case, PostImage, Screenshot
from cases.outlook import outlook
from domain.retention import Class, Days
from domain.states import CaseState
from tests.people import analyst
from tests.records import NOON, new_case, new_run

pytestmark = pytest.mark.django_db
DAYS = Days(
    pages=20, posts=30, dismissed=40, ended=60, screens=25, images=10, journals=1, logs=1,
    requests=1, tips=1,
)  # fmt: skip


def some_cases(seed: int, count: int) -> None:
    """Cases that stand in every way, each with evidence of every class and many ages."""
    chance, run, owner = random.Random(seed), new_run(), analyst(f"owner{seed}")
    for n in range(count):
        case = new_case(f"host:shop{seed}-{n}.test")
        state = chance.choice([*CaseState])
        away = state is CaseState.UNREACHABLE
        Case.objects.filter(pk=case.pk).update(
            state=state,
            came_from=chance.choice([*CaseState]) if away else "",
            changed_at=NOON - timedelta(days=chance.randint(0, 90)),
            restricted=chance.random() < 0.1,
            hold_owner=owner if chance.random() < 0.1 else None,
        )
        if chance.random() < 0.3:
            with transaction.atomic():
                audit.append("case.confirmed", f"case:{case.pk}", actor="test")
        for at in range(6):
            evidence(case, run, f"{seed}-{n}-{at}", chance)


def evidence(case: Case, run: object, name: str, chance: random.Random) -> None:
    def when():
        return NOON - timedelta(days=chance.randint(0, 90))

    erased = NOON if chance.random() < 0.1 else None
    where = {"run": run, "warc_file": "" if chance.random() < 0.1 else "a.warc.gz",
             "erased_at": erased}  # fmt: skip
    for kind in (Class.PAGES, Class.POSTS):
        Capture.objects.create(
            target=case.target, url="http://x/", url_hash=f"{name}{kind}", fetched_at=when(),
            egress="direct", outcome="ok", retention=kind, warc_length=chance.randint(1, 99),
            **where,
        )  # fmt: skip
    Screenshot.objects.create(
        case=case, url="x", url_hash=name, final_url="x", taken_at=when(), taken_for="t",
        egress="direct", browser="b", retention="screens", png_sha256="0", png_size=1,
        png_offset=0, png_length=chance.randint(1, 99), text_sha256="0", text_size=1,
        text_offset=0, text_length=chance.randint(1, 99), **where,
    )  # fmt: skip
    PostImage.objects.create(
        target=case.target, part=name, url="x", taken_at=when(), egress="direct",
        content_type="image/png", size=1, sha256="0", score=0.5, retention="images",
        warc_offset=0, warc_length=chance.randint(1, 99), **where,
    )  # fmt: skip


def told(due: keeping.Due, kind: Class) -> tuple[int, int, Counter[str]]:
    pks = {
        pk
        for (its, _), files in due.rows.items()
        if its is kind
        for f in files.values()
        for pk in f
    }
    model, _ = keeping.TABLES[kind]
    size = 0
    for row in model._default_manager.filter(pk__in=pks):
        size += row.png_length + row.text_length if isinstance(row, Screenshot) else row.warc_length
    kept = Counter({reason: n for (its, reason), n in due.kept.items() if its is kind})
    return len(pks), size, kept


@pytest.mark.parametrize("seed", range(4))
def test_it_says_what_keeping_says(seed: int) -> None:
    some_cases(seed, 60)
    for at in (NOON, NOON + timedelta(days=30)):
        due = keeping.due(DAYS, at)
        for kind in Class:
            found = outlook(kind, DAYS, at)
            assert (found.due, found.due_bytes, found.kept) == told(due, kind), kind
            assert found.rows == keeping.how_many(kind)
            assert found.due > 0


def test_the_number_of_queries_does_not_grow() -> None:
    counted = []
    for seed, many in ((9, 3), (10, 40)):
        some_cases(seed, many)
        with CaptureQueriesContext(connection) as queries:
            outlook(Class.PAGES, DAYS, NOON)
        counted.append(len(queries))
    assert counted == [2, 2]
