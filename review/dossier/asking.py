"""Asking for a dossier, finding those that were made, and having one again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases import audit
from cases.bundles.access import allowed
from cases.decisions import UNDECIDED, inform
from cases.models import Case, DecisionRow, Informed, Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.errors import AccessError, InputError, NarcowatchError
from review.blindness import is_blind
from review.dossier.building import Workshop, make
from review.dossier.members import Members, check_all
from review.dossier.wanting import LANGUAGES, Wanted
from review.models import DossierRow
from review.paging import Paged, paged
from review.service import READERS

#: After which one that is still being made counts as dead and can be begun anew.
DEAD_AFTER = timedelta(minutes=30)
_BEGINS_WITHIN = timedelta(minutes=2)
_State = DossierRow.State


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in a list; ``mine`` says that the reader may have it."""

    row: DossierRow
    kind: str
    number: int
    cases: int
    mine: bool

    @property
    def there(self) -> bool:
        return self.row.state == _State.MADE and bool(self.row.file)


def ask(members: Members, wanted: Wanted, person: Person, *, clock: Clock = utc_now) -> DossierRow:
    """Write down that ``person`` wants a dossier. Raises InputError for what is missing, and while
    another one of theirs is being made."""
    check_all(members.cases, person)
    if not (wanted.handed_to.strip() and wanted.purpose.strip()):
        raise InputError(_("Say who gets it and what for."))
    if wanted.language not in LANGUAGES:
        raise InputError(f"language {wanted.language!r}: one of {', '.join(LANGUAGES)}")
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        unfinished = DossierRow.objects.filter(
            person=person,
            state__in=[_State.WAITING, _State.MAKING],
            asked_at__gt=clock() - DEAD_AFTER,
        )
        if unfinished.exists():
            raise InputError(_("Another dossier of yours is being made. Wait for it."))
        row = DossierRow.objects.create(
            subject=members.subject,
            left_out=members.left_out,
            person=person,
            asked_at=clock(),
            handed_to=wanted.handed_to.strip(),
            purpose=wanted.purpose.strip(),
            language=wanted.language,
            pictures=wanted.pictures,
            cards_reason=wanted.cards_reason.strip(),
        )
        row.cases.set(members.cases)
    return row


def make_asked(dossier_id: int, shop: Workshop, *, clock: Clock = utc_now) -> DossierRow:
    """Make one that was asked for. Raises InputError unless it waits, failed or was given up, and
    whatever ``building.make`` does: the row then says why."""
    row = _begin(dossier_id, clock)
    problem = _("It broke. The log says why.")
    made = None
    try:
        made = make(row, shop, clock=clock)
        return made
    except NarcowatchError as error:
        problem = str(error)
        raise
    finally:
        if made is None:
            DossierRow.objects.filter(pk=row.pk).update(state=_State.FAILED, problem=problem[:500])


def _begin(dossier_id: int, clock: Clock) -> DossierRow:
    with transaction.atomic():
        rows = DossierRow.objects.select_for_update().select_related("person")
        row = rows.filter(pk=dossier_id).first()
        if row is None:
            raise InputError(f"there is no dossier {dossier_id}")
        if not can_begin(row, clock=clock):
            raise InputError(f"dossier {dossier_id} is {row.state}")
        row.state, row.begun_at, row.problem = _State.MAKING, clock(), ""
        row.save(update_fields=["state", "begun_at", "problem"])
    return row


def can_begin(row: DossierRow, *, clock: Clock = utc_now) -> bool:
    """Whether it can be made now: it waits, it failed, or whoever made it seems to have died."""
    if row.state == _State.MAKING:
        return row.begun_at is None or row.begun_at < clock() - DEAD_AFTER
    return row.state in (_State.WAITING, _State.FAILED)


def can_be_made_again(row: DossierRow, *, clock: Clock = utc_now) -> bool:
    """Whether somebody may have it made after all: it failed, or nobody has begun, or goes on."""
    if row.state == _State.WAITING:
        return row.asked_at < clock() - _BEGINS_WITHIN
    return can_begin(row, clock=clock)


def dossiers(person: Person, *, page: int = 1) -> Paged[DossierLine]:
    """Dossiers, the newest first. One that holds a case of the restricted queue is not told of."""
    require(person, READERS, "read dossiers")
    rows = _seen_by(person).select_related("person")
    found = paged(rows.prefetch_related("cases").order_by("-pk"), page)
    return Paged(tuple(_lines(found.rows, person)), found.number, found.more)


def _seen_by(person: Person) -> QuerySet[DossierRow]:
    """Those that hold no case of the restricted queue and, of others, none that ``person`` has yet
    to decide: who made one has decided it, and its purpose says how."""
    mine = DecisionRow.objects.filter(
        person=person, case=OuterRef("pk"), review_round=OuterRef("review_round")
    )
    hidden = Q(cases__restricted=True)
    if is_blind(person):
        undecided = Case.objects.filter(UNDECIDED, ~Exists(mine))
        hidden |= Q(cases__in=undecided) & ~Q(person=person)
    return DossierRow.objects.exclude(
        pk__in=DossierRow.objects.filter(hidden).order_by().values("pk")
    )


def dossier(dossier_id: int, person: Person) -> DossierLine:
    """One of them. Raises InputError where there is none to be seen."""
    require(person, READERS, "read dossiers")
    rows = _seen_by(person).select_related("person").prefetch_related("cases")
    row = rows.filter(pk=dossier_id).first()
    if row is None:
        raise InputError(f"there is no dossier {dossier_id}")
    (line,) = _lines([row], person)
    return line


def archive(
    dossier_id: int, person: Person, folder: Path, *, clock: Clock = utc_now
) -> tuple[DossierRow, Path]:
    """The archive of a dossier for ``person``, who may take out all its cases. That they have it is
    in the audit chain first. Raises InputError where there is none (any more), AccessError."""
    line = dossier(dossier_id, person)
    check_all(line.row.cases.all(), person)
    path = folder / line.row.file
    if not line.there or not path.is_file():
        raise InputError(f"dossier {dossier_id} is not there (any more)")
    with transaction.atomic():
        for case in line.row.cases.all():
            inform(case, person, Informed.Why.TOOK_EVIDENCE, clock())
        audit.append(
            "dossier.downloaded",
            line.row.subject,
            actor=person.username,
            details={"dossier": dossier_id, "sha256": line.row.sha256},
            clock=clock,
        )
    return line.row, path


def again(dossier_id: int, person: Person, *, clock: Clock = utc_now) -> DossierRow:
    """The dossier, to be made after all. Only who asked for it may. Raises InputError and
    AccessError."""
    row = dossier(dossier_id, person).row
    if row.person_id != person.pk:
        raise AccessError(f"dossier {dossier_id} is of {row.person.username}")
    if not can_be_made_again(row, clock=clock):
        raise InputError(_("It is being made, or was made."))
    return row


def _lines(rows: Sequence[DossierRow], person: Person) -> Iterator[DossierLine]:
    mine = allowed({case.pk: case for row in rows for case in row.cases.all()}.values(), person)
    for row in rows:
        kind, _colon, number = row.subject.partition(":")
        cases = {case.pk for case in row.cases.all()}
        yield DossierLine(row, kind, int(number), len(cases), cases <= mine)
