"""A zone under the eyes of the programs that will load it: named-checkzone and Unbound.

Neither is needed to build; what could not be checked is said. ``named-checkzone`` passes much
that is wrong (paths, whole top-level names, an empty zone), so the trial load in a real resolver
asks the questions that a user would: is the blocked name gone, do the canaries still answer?
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dns.exception import DNSException

from blocking.findings import Code, Finding
from blocking.resolver import TrialResolver

_SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin")
_CHECK_S = 300.0
_SAMPLE = 200
_LONGEST = 253


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone file and the zone's name, without a trailing dot."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """``findings`` speak against the zones; ``unchecked`` says what no program was there for."""

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]


def program(name: str) -> str:
    """Where a program is, "" when it is not installed; system folders count as well."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *_SBIN))
    return shutil.which(name, path=path) or ""


def check_zones(
    zones: Sequence[Zone], blocked: Sequence[tuple[str, bool]], canaries: Iterable[str]
) -> ZoneReport:
    """Check each of ``zones`` (those with names to let pass first) and load them all.

    ``blocked`` are hosts with whether names below them fall under the block; of many, a sample
    spread over the whole is asked for.
    """
    findings: list[Finding] = []
    unchecked: list[str] = []
    if checker := program("named-checkzone"):
        findings.extend(found for zone in zones for found in _checkzone(checker, zone))
    else:
        unchecked.append("named-checkzone is not installed: the zone's form was not checked")
    if unbound := program("unbound"):
        findings.extend(_trial(unbound, zones, _spread(blocked), sorted(set(canaries))))
    else:
        unchecked.append("Unbound is not installed: the zone was not loaded for trial")
    return ZoneReport(tuple(findings), tuple(unchecked))


def _checkzone(checker: str, zone: Zone) -> Iterator[Finding]:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own making
            [checker, "-i", "none", zone.name, str(zone.path)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CHECK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield Finding(Code.ZONE, zone.path.name, f"named-checkzone took over {_CHECK_S:.0f} s")
        return
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()[-5:]
        yield Finding(Code.ZONE, zone.path.name, f"named-checkzone: {' / '.join(lines)}")


def _spread(blocked: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    step = max(1, -(-len(blocked) // _SAMPLE))
    return [*blocked[::step]]


def _trial(
    unbound: str, zones: Sequence[Zone], blocked: list[tuple[str, bool]], canaries: list[str]
) -> Iterator[Finding]:
    names = ", ".join(zone.path.name for zone in zones)
    with (
        tempfile.TemporaryDirectory(prefix="narcowatch-trial-") as folder,
        TrialResolver(unbound, [(z.name, z.path) for z in zones], Path(folder)) as resolver,
    ):
        if problem := resolver.problem:
            yield Finding(Code.RESOLVER, names, f"Unbound does not load it: {problem}")
            return
        try:
            yield from _answers(resolver, blocked, canaries)
        except (OSError, DNSException) as error:
            yield Finding(Code.RESOLVER, names, f"Unbound stopped answering: {error}")


def _answers(
    resolver: TrialResolver, blocked: list[tuple[str, bool]], canaries: list[str]
) -> Iterator[Finding]:
    for host, below in blocked:
        for name in (host, f"trial-load.{host}") if below else (host,):
            if len(name) <= _LONGEST and not resolver.is_blocked(name):
                yield Finding(Code.RESOLVER, host, f"{name} still answers in Unbound")
    for name in canaries:
        if resolver.is_blocked(name):
            yield Finding(Code.CANARY, name, "does not answer any more in Unbound")
