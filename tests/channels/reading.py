"""Reading channels for a test, and asking the record what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.models import Capture, DocumentRow, Run, RunCount, Target
from tests.channels.pages import FakeChannel
from tests.channels.previewserver import HOST

Night = Callable[..., Run]


def shop(number: int = 1158198424, name: str = "some_shop", **more: Any) -> FakeChannel:
    return FakeChannel(name, number, **more)


def count(run: Run, name: str, reason: str = "", source: str | None = None) -> int:
    rows = RunCount.objects.filter(run=run, stage="channels", name=name)
    if reason:
        rows = rows.filter(reason=reason)
    if source is not None:
        rows = rows.filter(source=source)
    return sum(rows.values_list("n", flat=True))


def outcomes(run: Run) -> dict[str, str]:
    rows = Capture.objects.filter(run=run).order_by("pk")
    return {row.url.removeprefix(f"http://{HOST}"): row.outcome for row in rows}


def parts(target: Target) -> list[str]:
    return list(
        DocumentRow.objects.filter(target=target).order_by("pk").values_list("part", flat=True)
    )
