"""Whether the record says what the audit chain says: states, decisions, holds, what was erased by
its age, and heads seen before.

The chain alone cannot tell that its end was cut off together with its head. What lies elsewhere
can: heads in the reports of runs, and decisions and states that nothing in the chain explains.
Somebody who can rewrite the whole database can rewrite these too; a head that was written down
outside (in a printed report, in a release that a recipient holds) is what he cannot reach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from django.db.models import Count, Q

from cases.keeping import TABLES
from cases.models import AuditEvent, Case, DecisionRow, Run
from cases.sealing import ERASED
from domain.decisions import VerdictKind
from domain.retention import Class
from domain.states import CaseState

_MOST = 50
#: What a person says of a case without it being a verdict: no decision is written down for it.
_HOLD = f"decision.{VerdictKind.HOLD}"


def contradictions(known_heads: Collection[str] = ()) -> list[str]:
    """What contradicts the chain, at most a few dozen lines; empty when nothing does.

    ``known_heads`` are hashes, hex, that the chain must hold.
    """
    found: list[str] = []
    for problem in _all(known_heads):
        if len(found) == _MOST:
            found.append("and more")
            break
        found.append(problem)
    return found


def _all(known_heads: Collection[str]) -> Iterator[str]:
    yield from _heads(known_heads)
    yield from _decisions()
    yield from _states()
    yield from _holds()
    yield from _erasures()


def _heads(known_heads: Collection[str]) -> Iterator[str]:
    seen = dict.fromkeys(known_heads, "the head given")
    for run in Run.objects.exclude(report={}).only("report").iterator():
        if head := str(run.report.get("audit_head") or ""):
            seen.setdefault(head, f"the head in the report of run {run.pk}")
    for head, where in seen.items():
        if not AuditEvent.objects.filter(hash=head).exists():
            yield f"{where} is not in the chain: {head[:16]}…"


def _decisions() -> Iterator[str]:
    for prefix, did in (("decision.", "decided"), ("undo.", "took back")):
        rows = DecisionRow.every.values_list("case_id", "verdict", "person__username")
        if prefix == "undo.":
            rows = rows.exclude(undone_at=None)
        made = Counter((f"case:{case}", verdict, who) for case, verdict, who in rows.iterator())
        events = AuditEvent.objects.filter(action__startswith=prefix)
        events = events.exclude(action=f"{prefix}{VerdictKind.HOLD}")
        told = Counter(
            (subject, action.removeprefix(prefix), actor)
            for subject, action, actor in events.values_list(
                "subject", "action", "actor"
            ).iterator()
        )
        for subject, verdict, who in sorted(made.keys() | told.keys()):
            key = (subject, verdict, who)
            if made[key] > told[key]:
                yield f"{subject}: {who} {did} {verdict}, and the chain does not say so"
            elif made[key] < told[key]:
                yield f"{subject}: the chain says that {who} {did} {verdict}, the record does not"


def _states() -> Iterator[str]:
    moves = AuditEvent.objects.filter(action__in=[f"case.{state}" for state in CaseState])
    last: dict[str, str] = {}
    for subject, action in moves.order_by("seq").values_list("subject", "action").iterator():
        last[subject] = action.removeprefix("case.")
    for pk, state in Case.objects.values_list("pk", "state").iterator():
        told = last.get(f"case:{pk}", CaseState.NEW.value)
        if told != state:
            yield f"case:{pk} is {state}, the chain says {told}"


def _holds() -> Iterator[str]:
    """A hold stands in the case itself: from the event of who began it, which names the owner where
    that is somebody else, to the move that ends it."""
    begun = Q(action=_HOLD)
    ended = Q(action__startswith="case.", details__from=CaseState.ON_HOLD.value)
    events = AuditEvent.objects.filter(begun | ended).order_by("seq")
    owners: dict[str, str] = {}
    told_by = events.values_list("subject", "action", "actor", "details")
    for subject, action, actor, details in told_by.iterator():
        if action == _HOLD:
            owners[subject] = details.get("owner", actor)
        elif action != f"case.{CaseState.UNREACHABLE}":
            owners.pop(subject, None)
    rows = Case.objects.values_list("pk", "hold_owner__username")
    for pk, owner in rows.filter(Q(hold_owner__isnull=False) | Q(pk__in=_numbers(owners))):
        if (told := owners.get(f"case:{pk}")) != owner:
            yield f"case:{pk} is held by {owner or 'nobody'}, the chain says {told or 'nobody'}"


def _numbers(subjects: Collection[str]) -> list[int]:
    return [int(subject.partition(":")[2]) for subject in subjects]


def _erasures() -> Iterator[str]:
    """Rows that are erased against events that say so, and files that are gone and pointed to."""
    told: Counter[tuple[str, str]] = Counter()
    gone: set[str] = set()
    events = AuditEvent.objects.filter(action=ERASED)
    for subject, details in events.values_list("subject", "details").iterator():
        told[subject, details["class"]] += details["rows"]
        gone.update(details["files"])
    made: Counter[tuple[str, str]] = Counter()
    pointed: set[str] = set()
    for kind in Class:
        model, _ = TABLES[kind]
        rows = model._default_manager.filter(retention=kind)
        erased = rows.exclude(erased_at=None).values("run_id").annotate(n=Count("pk"))
        made.update({(f"run:{row['run_id']}", kind.value): row["n"] for row in erased})
        if gone:
            pointed |= gone & set(rows.values_list("warc_file", flat=True).distinct())
    for subject, kind_name in sorted(made.keys() | told.keys()):
        key = (subject, kind_name)
        if made[key] != told[key]:
            yield (
                f"{subject}: {made[key]} of its {kind_name} are erased, the chain says {told[key]}"
            )
    for name in sorted(pointed):
        yield f"{name} is gone by the chain, and rows still point to it"
