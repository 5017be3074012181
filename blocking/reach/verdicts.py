"""The verdict on a block: what a vantage met beside what the control met. Pure.

The comparison with a control follows OONI's Web Connectivity test (github.com/ooni/spec,
nettests/ts-017-web-connectivity.md): a failure counts as a block only where the control got past
the same step, and pages are taken for the same when the shorter has at least 0.7 of the other's
length. It is stricter in one thing: a page that differs is never a block by itself, since sites
show different pages to different countries; only a known block page, or status 451 (RFC 7725), is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from blocking.reach.measurement import Failure, Seen

_F = Failure
#: The control says nothing of the target.
_BLIND = frozenset({_F.EGRESS, _F.DNS_REFUSED, _F.DNS_SERVFAIL, _F.DNS_TIMEOUT, _F.DNS_ERROR})
#: Failures that many causes but a block have.
_UNCLEAR = frozenset({_F.EGRESS, _F.DNS_SERVFAIL, _F.DNS_ERROR, _F.HTTP_OTHER})
_TCP = frozenset({_F.TCP_REFUSED, _F.TCP_TIMEOUT, _F.TCP_UNREACHABLE})
_ALIKE = 0.7
_LEGAL_REASONS = 451


class Verdict(StrEnum):
    """What a look says of a block."""

    BLOCKED = "blocked"
    NOT_BLOCKED = "not_blocked"
    SITE_DOWN = "site_down"
    INCONCLUSIVE = "inconclusive"


class Why(StrEnum):
    """Reasons beside those of ``Failure``."""

    KNOWN_PAGE = "known_page"
    KNOWN_ANSWER = "known_answer"
    LEGAL_REASONS = "legal_reasons"
    CERTIFIED = "certified"
    SAME_PAGE = "same_page"
    LEADS_ON = "leads_on"
    DOWN_EVERYWHERE = "down_everywhere"
    NO_CONTROL = "no_control"
    CONTROL_BLIND = "control_blind"
    CONTROL_TOO = "control_too"
    ONLY_HERE = "only_here"
    OTHER_ADDRESSES = "other_addresses"
    OTHER_PAGE = "other_page"


#: What the record keeps as a reason: one of ``Failure`` or of ``Why``.
Reason = Failure | Why


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and its reason."""

    verdict: Verdict
    reason: Reason


def judge(vantage: Seen, control: Seen | None) -> Judged:
    """The verdict on one URL. ``control`` is None where there is none that is fit.

    Without a control, or with one that says nothing, a block is only what is known for one: a
    page or an answer of the list.
    """
    if vantage.page:
        if control is not None and control.page:
            return _unclear(Why.CONTROL_TOO)
        answer = vantage.failure is Failure.DNS_ANSWER
        return Judged(Verdict.BLOCKED, Why.KNOWN_ANSWER if answer else Why.KNOWN_PAGE)
    if vantage.failure is Failure.EGRESS:
        return _unclear(Failure.EGRESS)
    if vantage.certified and vantage.status != _LEGAL_REASONS:
        return Judged(Verdict.NOT_BLOCKED, Why.CERTIFIED)
    if control is None:
        return _unclear(Why.NO_CONTROL)
    if control.page:
        return _unclear(Why.CONTROL_TOO)
    if control.failure in _BLIND:
        return _unclear(Why.CONTROL_BLIND)
    if control.failure is not Failure.ANSWERED:
        if vantage.failure is Failure.ANSWERED:
            return _unclear(Why.ONLY_HERE)
        return Judged(Verdict.SITE_DOWN, Why.DOWN_EVERYWHERE)
    if vantage.failure is not Failure.ANSWERED:
        return _failed(vantage, control)
    return _compared(vantage, control)


def combine(judged: Sequence[Judged]) -> Judged:
    """The verdict on a target of several URLs: reachable by one way is not blocked, and what is
    not known of one way is not known of the target. What is down counts where nothing else does.

    A page of plain HTTP that only leads to the same place over HTTPS says nothing where that place
    was looked at, too. Raises ValueError for no verdict at all.
    """
    telling = [one for one in judged if one.reason is not Why.LEADS_ON] or judged
    for verdict in (
        Verdict.NOT_BLOCKED,
        Verdict.INCONCLUSIVE,
        Verdict.BLOCKED,
        Verdict.SITE_DOWN,
    ):
        for one in telling:
            if one.verdict is verdict:
                return one
    raise ValueError("nothing was judged")


def _failed(vantage: Seen, control: Seen) -> Judged:
    """The control reached the page, the vantage did not."""
    if vantage.failure in _UNCLEAR:
        return _unclear(vantage.failure)
    shared = {*vantage.dns.addresses} & {*control.dns.addresses}
    if vantage.failure in _TCP and not shared:
        return _unclear(Why.OTHER_ADDRESSES)
    return Judged(Verdict.BLOCKED, vantage.failure)


def _compared(vantage: Seen, control: Seen) -> Judged:
    """Both got an answer, the vantage one that no certificate vouches for."""
    if vantage.status == _LEGAL_REASONS != control.status:
        return Judged(Verdict.BLOCKED, Why.LEGAL_REASONS)
    if vantage.location != control.location or vantage.status != control.status:
        return _unclear(Why.OTHER_PAGE)
    if vantage.location.startswith("https:"):
        return Judged(Verdict.NOT_BLOCKED, Why.LEADS_ON)
    shorter, longer = sorted((vantage.length, control.length))
    if vantage.sha256 == control.sha256 or shorter >= _ALIKE * longer:
        return Judged(Verdict.NOT_BLOCKED, Why.SAME_PAGE)
    return _unclear(Why.OTHER_PAGE)


def _unclear(reason: Reason) -> Judged:
    return Judged(Verdict.INCONCLUSIVE, reason)
