"""Facts in, tables out; pure. Counts that could point to single cases are withheld.

What is withheld of a breakdown stands in ``suppressing``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from review.transparency.facts import Facts
from review.transparency.suppressing import FEW, FEW_TOLD, WITHHELD, Cell, suppressed

STEPS = ("confirmed", "requested", "sent", "executed", "verified")
SCOPES = ("telegram", "onion", "url", "host", "domain", "ip")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rows:
    """One table: ``name`` is its code, each row a code and the cells below ``columns``."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def tables(facts: Facts) -> tuple[Rows, ...]:
    """All tables of the report, in their order."""
    requests = facts.requests
    return (
        _plain(
            "stages",
            {
                "identified": facts.identified,
                "requested": len(requests),
                "sent": facts.sent,
                "executed": facts.executed,
                "verified": facts.verified,
            },
        ),
        _broken_down("requests_by_scope", (r.scope for r in requests), SCOPES),
        _broken_down(
            "requests_by_action",
            ("renewal" if r.renewal else "block" for r in requests),
            ("block", "renewal"),
        ),
        _broken_down("requests_by_category", (r.category for r in requests)),
        _broken_down("requests_by_month", (r.month for r in requests)),
        _plain(
            "refusals",
            {
                "gate": facts.exports_refused,
                "safeguards": sum(number for _, number in facts.safeguards),
                "recipients": facts.recipients_refused,
            },
        ),
        _broken_down("gate_findings", facts.findings),
        _withheld("safeguard_refusals", dict(facts.safeguards)),
        _appeals(facts),
        _plain("liftings", {"sent": facts.lift_sent, "executed": facts.lift_executed}),
        _broken_down("ended", facts.ended, ("expired", "lifted", "withdrawn")),
        _times(facts),
    )


def _plain(name: str, counts: Mapping[str, int]) -> Rows:
    return Rows(name, ("number",), tuple((code, (number,)) for code, number in counts.items()))


def _broken_down(name: str, codes: Iterable[str], known: Sequence[str] = ()) -> Rows:
    """How often each code comes, the ``known`` ones first and also where none does."""
    counted = Counter(codes)
    listed = dict.fromkeys([*known, *sorted(counted)])
    return _withheld(name, {code: counted[code] for code in listed}, known)


def _withheld(name: str, counts: Mapping[str, int], known: Sequence[str] = ()) -> Rows:
    """Where nothing may be told, not even the codes are that come only where something was."""
    told = suppressed(counts)
    if told is None:
        told = dict.fromkeys(known or (WITHHELD,), WITHHELD)
    return Rows(name, ("number",), tuple((code, (cell,)) for code, cell in told.items()))


def _appeals(facts: Facts) -> Rows:
    outcomes = Counter(appeal.outcome for appeal in facts.appeals)
    decided = [a.decided_at - a.received_at for a in facts.appeals if a.decided_at is not None]
    return Rows(
        "appeals",
        ("number", "median_days"),
        (
            ("received", (len(facts.appeals), "")),
            ("upheld", (outcomes["upheld"], "")),
            ("rejected", (outcomes["rejected"], "")),
            ("decided", (len(decided), _median(decided))),
            ("open", (facts.appeals_open, "")),
        ),
    )


def _times(facts: Facts) -> Rows:
    rows = list[tuple[str, tuple[Cell, ...]]]()
    for step in STEPS:
        spans = [span.ended_at - span.began_at for span in facts.spans if span.step == step]
        number: Cell = FEW_TOLD if 0 < len(spans) < FEW else len(spans)
        rows.append((step, (number, _median(spans))))
    return Rows("times", ("number", "median_days"), tuple(rows))


def _median(spans: Sequence[timedelta]) -> Cell:
    """In days to one place; of few it would be the time of one of them."""
    if not spans:
        return ""
    if len(spans) < FEW:
        return FEW_TOLD
    return round(max(median(span / _DAY for span in spans), 0.0), 1)
