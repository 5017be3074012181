"""When a target turns out to be another one: keys replaced, two targets made one.

A channel is first met by its username and known by its numeric id later; a username may pass to
somebody else. Each change is one transaction with its audit event.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Model

from cases import audit
from cases.models import CandidateRow, Case, RunCount, RunSource, Target
from domain.candidates import Why
from domain.clock import Clock, utc_now
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind


def by_name(kind: TargetKind, name: str) -> Target | None:
    """The target whose canonical key is not its name, but which is called ``name`` now."""
    rows = Target.objects.filter(kind=kind, name__iexact=name).exclude(value__startswith="@")
    return rows.order_by("-pk").first()


def rekey(
    target: Target, key: TargetKey, name: str, *, actor: str, clock: Clock = utc_now
) -> Target:
    """Give ``target`` its lasting key. No other target may have it (see ``merge``)."""
    with transaction.atomic():
        old = str(target)
        target.kind, target.value, target.name = key.kind, key.value, name
        target.save(update_fields=["kind", "value", "name"])
        _move_counts(old, str(target))
        details = {"from": old, "to": str(target)}
        _note("target.identified", target, details, actor, clock)
    return target


def rename(target: Target, name: str, *, actor: str, clock: Clock = utc_now) -> Target:
    """Note that ``target`` is called ``name`` now; nothing happens when it is already."""
    if target.name == name:
        return target
    with transaction.atomic():
        details = {"from": target.name, "to": name}
        target.name = name
        target.save(update_fields=["name"])
        _note("target.renamed", target, details, actor, clock)
    return target


def merge(
    alias: Target,
    into: Target,
    *,
    drop: Collection[type[Model]] = (),
    doubles: Collection[type[Model]] = (),
    actor: str,
    clock: Clock = utc_now,
) -> bool:
    """Make two targets one: all that points to ``alias`` points to ``into``; ``alias`` goes.

    Rows of the models in ``drop`` go with it; of those in ``doubles`` rows go that ``into`` has a
    like one of. Returns False, and changes nothing, where people
    or the classifier have moved the cases of both: those stay apart, each with its history.
    """
    with transaction.atomic():
        if not _one_case(alias, into):
            return False
        for relation in Target._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            if model in drop:
                model._default_manager.filter(**{name: alias}).delete()
            else:
                _repoint(model, name, alias, into, {CandidateRow, *doubles})
        _move_counts(str(alias), str(into))
        details = {"from": str(alias), "to": str(into), "was": alias.pk}
        alias.delete()
        _note("target.merged", into, details, actor, clock)
    return True


def _note(
    action: str, target: Target, details: Mapping[str, object], actor: str, clock: Clock
) -> None:
    audit.append(action, f"target:{target.pk}", actor=actor, details=details, clock=clock)


def _one_case(alias: Target, into: Target) -> bool:
    """Leave one case to the two targets: the one with a history. False when both have one."""
    mine, theirs = Case.objects.get(target=alias), Case.objects.get(target=into)
    if _untouched(mine):
        mine.delete()
    elif _untouched(theirs):
        theirs.delete()
        Case.objects.filter(pk=mine.pk).update(target=into)
    else:
        return False
    return True


def _untouched(case: Case) -> bool:
    seen = case.decisions.exists() or case.screenshots.exists()
    return case.state == CaseState.NEW and not seen


def _repoint(
    model: type[Model], field: str, alias: Target, into: Target, doubles: Collection[type[Model]]
) -> None:
    """Row by row, since ``into`` may have the same candidate or visit already."""
    rows = model._default_manager
    for row in rows.filter(**{field: alias}):
        try:
            with transaction.atomic():
                rows.filter(pk=row.pk).update(**{field: into})
        except IntegrityError:
            if isinstance(row, RunSource):
                _join_visits(row, into)
            elif model not in doubles:
                raise
            row.delete()


def _join_visits(visit: RunSource, into: Target) -> None:
    """A run visits both: one visit is left, held to what a seed asked for."""
    kept = RunSource.objects.get(run=visit.run_id, target=into)
    if visit.why == Why.SEED:
        kept.why, kept.url = visit.why, visit.url
        kept.expect, kept.notes = visit.expect, visit.notes
        kept.save(update_fields=["why", "url", "expect", "notes"])


def _move_counts(old: str, new: str) -> None:
    for row in RunCount.objects.filter(source=old):
        twin = RunCount.objects.filter(
            run=row.run_id, stage=row.stage, source=new, name=row.name, reason=row.reason
        )
        if twin.update(n=F("n") + row.n):
            row.delete()
        else:
            RunCount.objects.filter(pk=row.pk).update(source=new)
