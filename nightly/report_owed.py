"""What is due and was not done: answers and liftings of recipients, proposals, appeals.

None of it makes a night fail: the night did its work, and what is due is due to people.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from blocking.models import Appeal
from blocking.overdue import overdue
from cases import proposals
from domain.clock import iso
from domain.counting import counted
from domain.gaps import Owed
from nightly.plan import Deadlines
from nightly.report import OwedLine

_OWES = {
    Owed.ANSWER: "{recipient} has not answered {entries}",
    Owed.LIFTED: "{recipient} has not said that it lifted {entries}",
    Owed.NOT_SENT: "{recipient} was not sent the lifting of {entries}",
}
_GONE = "; the settings do not name it any more, so no release reaches it"
_SHOWN = 5


def owed_lines(deadlines: Deadlines, now: datetime) -> list[OwedLine]:
    """By recipient, what is longest owed first."""
    found = overdue(deadlines.recipients, answer_days=deadlines.answer_days, now=now)
    return [
        OwedLine(
            recipient=one.recipient,
            owed=one.owed,
            count=one.count,
            since=iso(one.since),
            days=(now - one.since).days,
            named=list(one.named),
            listed=one.listed,
        )
        for one in found
    ]


def in_words(line: OwedLine) -> str:
    """One line for people; what it names is not defanged yet."""
    told = _OWES[Owed(line.owed)].format(
        recipient=line.recipient, entries=counted(line.count, "entry", "entries")
    )
    named = ", ".join(line.named[:_SHOWN])
    more = ", …" if line.count > _SHOWN else ""
    gone = "" if line.listed else _GONE
    return f"{told}, the oldest for {counted(line.days, 'day', 'days')}: {named}{more}{gone}"


def overdue_proposals(deadlines: Deadlines, now: datetime) -> list[str]:
    """Open proposals that nobody answered in time."""
    return [
        f"proposal {row.pk}, case {row.case_id} {row.case.target.name}, due {_day(due)}"
        for row in proposals.standing_open()
        if (due := proposals.due_at(row, deadlines.proposal_days)) <= now
    ]


def overdue_appeals(now: datetime) -> list[str]:
    """Appeals that nobody decided in time. What they are about is for those who may read them."""
    rows = Appeal.objects.filter(state=Appeal.State.OPEN, due_at__lte=now).order_by("due_at", "pk")
    return [f"appeal {row.pk}, due {_day(row.due_at)}" for row in rows.only("pk", "due_at")]


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %z}"
