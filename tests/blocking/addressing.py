"""Sites without a name, for tests of blocks by address."""

from __future__ import annotations

from blocking.exports import Built, build
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.releases import release
from cases.models import Capture, Case, Person
from domain.clock import Clock

#: Public addresses: those for documentation are none, and no block may name them.
ADDRESS, ANOTHER = "9.9.9.9", "8.8.8.8"
TABLE = "9.0.0.0\t9.255.255.255\t64500\tKZ\tNET\n8.8.8.0\t8.8.8.255\t64501\tKZ\tCLOUD\n"
MAY_SHARE = "is an address, which others may share"


def seen_at(case: Case, address: str, **more: object) -> None:
    """As if the case's site had answered from there."""
    Capture.objects.filter(target=case.target).update(address=address, **more)


def built_for(plan: ExportPlan, protection: Protection, clock: Clock) -> Built:
    """The export for the regulator."""
    return build(plan.recipient("regulator"), plan, protection, clock=clock)


def let_out(
    built: Built, plan: ExportPlan, protection: Protection, clock: Clock, person: Person
) -> None:
    """Release it."""
    release(built.export, person, plan, protection, clock=clock)
