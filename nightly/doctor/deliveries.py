"""The check of the ways by which releases go to their recipients."""

from __future__ import annotations

from blocking.delivery.readiness import check_files
from domain.clock import utc_now
from domain.errors import InputError
from nightly.doctor.findings import Installation, Said, error, ok

_HINT = "correct blocking.deliveries, blocking.recipients or the file"


def deliveries_ready(installation: Installation) -> Said:
    """Every file of every way is opened; nothing is connected to."""
    if installation.ways_problem:
        return error(installation.ways_problem, _HINT)
    if not installation.ways:
        return ok("no way is set: recipients fetch their releases")
    for way in installation.ways:
        try:
            check_files(way, utc_now())
        except InputError as failure:
            return error(f"delivery {way.name}: {failure}", _HINT)
    return ok(f"releases go by {', '.join(way.name for way in installation.ways)}")
