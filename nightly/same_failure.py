"""When every source failed in the same way, it is this machine that is at fault."""

from __future__ import annotations

from collections.abc import Sequence

from domain.captures import Outcome
from domain.coverage import CoverageState
from nightly.report import SourceLine

#: What one failure everywhere means, with the ID of the doctor's check where there is one.
_MEANS = {
    Outcome.DNS: "no name is found: check this machine's DNS, and net.proxy (NW009)",
    Outcome.CONNECTION: "nothing can be connected to: check the network, and net.proxy (NW009)",
    Outcome.TIMEOUT: "nothing answers in time: check the network, and net.proxy (NW009)",
    Outcome.TOR_DOWN: "Tor does not answer: start it, or set tor.socks (NW008)",
    Outcome.ONION_DOWN: "no onion is reached: Tor may have no network (NW008), or no time to start",
    Outcome.ADDRESS_REFUSED: "the address guard refuses all of them: check DNS (NW010)",
}
_FEWEST = 2


def same_failure(sources: Sequence[SourceLine]) -> list[str]:
    """One line for the onions and one for the rest where all that were read broke alike."""
    onions = [line for line in sources if line.source.startswith("onion:")]
    others = [line for line in sources if not line.source.startswith("onion:")]
    groups = (("onion sources", onions), ("sources outside Tor", others))
    return [told for name, group in groups if (told := _told(name, group))]


def _told(name: str, group: Sequence[SourceLine]) -> str:
    judged = [line for line in group if line.why in {"seed", "search"}]
    judged = [line for line in judged if line.coverage != CoverageState.LEFT_OUT]
    broken = [line for line in judged if line.coverage == CoverageState.BROKEN]
    ways = {frozenset(line.failed) for line in broken}
    if len(broken) < _FEWEST or len(broken) < len(judged) or len(ways) != 1:
        return ""
    (outcomes,) = ways
    means = [_MEANS[outcome] for outcome in _MEANS if outcomes == {outcome}]
    return f"all {len(broken)} {name} failed with {'; '.join([*outcomes, *means])}" if means else ""
