"""Tables as files that are saved and not shown."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse

from review.console.asking import Asked
from review.tables import Table, csv_lines


def csv_file(table: Table) -> HttpResponse:
    """``table`` as a CSV file of its name."""
    response = HttpResponse(
        "".join(csv_lines(table.headers, table.rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return response


def number_of(request: Asked, name: str, allowed: Sequence[int], usual: int) -> int:
    """What the address asks for under ``name``, where it is one of ``allowed``."""
    given = request.GET.get(name, "")
    return next((number for number in allowed if str(number) == given), usual)
