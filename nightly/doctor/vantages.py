"""The check of the vantages that blocks are looked at from."""

from __future__ import annotations

from blocking.reach.ways import proxy_address
from net.egress import port_answers
from nightly.doctor.findings import Installation, Said, error, ok, warning


def vantages_ready(installation: Installation) -> Said:
    if installation.reach_problem:
        return error(installation.reach_problem, "correct blocking.vantages or blocking.reach")
    plan = installation.reach
    if plan is None or not plan.vantages:
        return ok("no vantage is set: whether orders are executed is not looked at")
    for one in plan.vantages:
        if not (one.acknowledged and one.proxy):
            continue
        host, port = proxy_address(one.proxy)
        if not port_answers(f"{host}:{port}"):
            told = f"vantage {one.name}: nothing answers at {host}:{port}"
            return warning(told, "start its proxy, or change it")
    if left := [one.name for one in plan.vantages if not one.acknowledged]:
        hint = "set acknowledged when those who run the way out know, or take them out"
        return warning(f"nothing leaves by {', '.join(left)}, since not acknowledged", hint)
    if plan.control is None:
        hint = "set control for a vantage where nothing is blocked"
        return warning("there is no control: only known block pages count as a block", hint)
    return ok(f"blocks are looked at from {', '.join(one.name for one in plan.vantages)}")
