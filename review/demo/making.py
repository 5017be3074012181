"""Filling the record that the settings name for the tour, and telling how to sign in to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from blocking.plan import ExportPlan
from cases.models import AuditHead, Case
from domain.clock import utc_now
from domain.errors import InputError
from index.feeding import sync
from index.opening import open_engine
from review.apps import DEMO_MARKER
from review.demo import people, tour
from review.demo.filling import Filling, Ticking

_DAYS = 6


def fill(folder: Path, plan: ExportPlan, word: str) -> None:
    """Make people with the password ``word``, cases and all else. Raises InputError unless
    ``folder`` is a tour's and its record empty."""
    if not (folder / DEMO_MARKER).exists() or Case.objects.exists():
        raise InputError(f"{folder} is no empty record of a tour")
    everybody = people.add_all(plan.recipients[0].name, word)
    first, second = (everybody[name] for name in people.COLLEAGUES)
    made = Filling(
        folder / "evidence",
        (first, second),
        everybody["supervisor1"],
        everybody["regulator1"],
        plan,
        Ticking(utc_now() - timedelta(days=_DAYS)),
    ).fill()
    sync(open_engine("", folder / "index"))
    tour.write(folder, utc_now(), AuditHead.objects.get(pk=1).seq, made)


def told(word: str = "") -> str:
    """How to sign in now: names, codes, secrets; and the password ``word`` where it is new."""
    accesses = people.accesses()
    lines = ["", f"Everybody's password, shown this once:  {word}"] if word else []
    lines += ["", f"{'name':12} {'group':14} {'code now':9} secret of the authenticator"]
    lines += [f"{one.name:12} {one.group:14} {one.code:9} {one.secret}" for one in accesses]
    lines += ["", "For authenticators that take an address:"]
    lines += [one.uri for one in accesses]
    again = "Codes change every half a minute; again: narcowatch console --demo --codes"
    return "\n".join([*lines, "", again])
