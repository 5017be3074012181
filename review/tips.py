"""Tips as people of the house read them, and tips of a file taken in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from cases import tips
from cases.models import Person, Tip, TipTaken
from cases.people import Role, may, require
from domain.defang import defang, printable
from domain.digests import sha256_hex
from domain.errors import InputError
from domain.platforms import Platforms
from domain.tips import parse_tips
from review.paging import Paged, paged
from review.service import READERS

TIP_READERS = READERS | {Role.OPERATOR}
UPLOADERS = frozenset({Role.ANALYST, Role.OPERATOR})
_TEXTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TipLine:
    """A tip in a list. ``target`` is its canonical name, defanged, in which lookalike letters
    show; ``name`` is what people read where that differs. ``case_id`` and ``state`` are for those
    who read cases."""

    number: int
    target: str
    name: str
    kind: str
    first_at: datetime
    last_at: datetime
    senders: int
    texts: tuple[str, ...]
    case_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class FileRules:
    """Bounds of a file of tips."""

    platforms: Platforms
    max_bytes: int
    max_lines: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: ``noted`` tips were new, ``known`` given before, ``beyond`` lines over
    the bound; ``problems`` are lines with number, reason and what they say."""

    noted: int
    new_targets: int
    known: int
    beyond: int
    problems: tuple[tuple[int, str, str], ...]


def tip_lines(person: Person, *, page: int = 1) -> Paged[TipLine]:
    """Tips, the last told first; those of restricted cases are not among them. Raises
    AccessError."""
    require(person, TIP_READERS, "read tips")
    reads_cases = may(person, READERS)
    taken = Prefetch("taken", TipTaken.objects.exclude(text="").order_by("-at", "-pk"))
    rows = Tip.objects.filter(target__case__restricted=False)
    rows = rows.select_related("target__case").prefetch_related(taken)
    found = paged(rows.order_by("-last_at", "-pk"), page)
    lines = tuple(_line(row, reads_cases) for row in found.rows)
    return Paged(lines, found.number, found.more)


def import_file(person: Person, data: bytes, rules: FileRules) -> Imported:
    """Take in a file of tips: every line is taken or named. Raises AccessError, and InputError for
    a file that is too large or holds nothing."""
    require(person, UPLOADERS, "take in tips")
    if len(data) > rules.max_bytes:
        raise InputError(f"a file of tips has at most {rules.max_bytes} bytes")
    found = parse_tips(data, rules.platforms, most=rules.max_lines)
    new = known = 0
    if found.tips:
        noted = [tip.candidate() for tip in found.tips]
        _, new, known = tips.by_hand(noted, file=sha256_hex(data), actor=person.username)
    return Imported(
        noted=len(found.tips) - known,
        new_targets=new,
        known=known + found.doubled,
        beyond=found.beyond,
        problems=tuple(
            (one.line, printable(one.reason), printable(one.text)) for one in found.problems
        ),
    )


def _line(row: Tip, reads_cases: bool) -> TipLine:
    target = row.target
    differs = bool(target.name) and target.name != target.value
    texts = [printable(taken.text) for taken in row.taken.all()[:_TEXTS_SHOWN]]
    return TipLine(
        number=row.pk,
        target=printable(defang(target.value)),
        name=printable(defang(target.name)) if differs else "",
        kind=target.kind,
        first_at=row.first_at,
        last_at=row.last_at,
        senders=row.senders,
        texts=tuple(dict.fromkeys(texts)),
        case_id=target.case.pk if reads_cases else None,
        state=target.case.state if reads_cases else "",
    )
