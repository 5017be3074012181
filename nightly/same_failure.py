"""When every source failed in the same way, it is this machine that is at fault."""

from __future__ import annotations

from collections import Counter
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
_NOT_RENDERED = "not rendered: "
#: Why pages are not rendered that the operator, or the page, would have so.
_MEANT = frozenset({"switched off", "budget of the site", "budget of the night", "restricted"})


def same_failure(sources: Sequence[SourceLine]) -> list[str]:
    """One line for the onions and one for the rest where all that were read broke alike."""
    onions = [line for line in sources if line.source.startswith("onion:")]
    others = [line for line in sources if not line.source.startswith("onion:")]
    groups = (("onion sources", onions), ("sources outside Tor", others))
    told = [_told(name, group) for name, group in groups]
    return [line for line in (*told, _nothing_rendered(sources)) if line]


def _nothing_rendered(sources: Sequence[SourceLine]) -> str:
    """What to do where pages had to be rendered and not one was."""
    if any(line.rendered for line in sources):
        return ""
    failed = Counter({"": sum(line.failed.get(Outcome.NOT_RENDERED, 0) for line in sources)})
    for line in sources:
        for reason, n in line.dropped.items():
            if reason.startswith(_NOT_RENDERED):
                failed[reason.removeprefix(_NOT_RENDERED)] += n
    failed = Counter({reason: n for reason, n in failed.items() if n and reason not in _MEANT})
    if not failed:
        return ""
    why = "".join(f"; {reason}" for reason in failed if reason)
    return f"none of {failed.total()} pages that need JavaScript was rendered{why} (NW013)"


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
