"""All pages or posts of a case, and the evidence that stands behind one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.assessing import latest_scores
from cases.models import AssessmentRow, AuditEvent, Capture, Case, ChannelFacts, Target
from cases.ties import Tie
from domain.channel_profiles import profile_from
from domain.defang import defang
from domain.targets import TargetKind, parse_key
from review.sentences import retold
from review.unnamed import without_restricted
from review.vocabulary import called

#: Pages listed of one case; a channel may have thousands of posts.
LISTED = 20
_HEAD = 80


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page or post as last captured; ``head`` is a page's title, or how the text begins."""

    probability: float
    url: str
    part: str
    head: str


@dataclass(frozen=True, slots=True)
class CaptureBytes:
    """Where the bytes of a capture are, and how they came: WARC ``file`` (relative to the evidence
    folder) and ``offset``, both empty where nothing was stored; SHA-256 of the body."""

    fetched_at: datetime
    egress: str
    file: str
    offset: int
    sha256: str


def assessed_pages(case: Case) -> tuple[int, list[AssessmentRow]]:
    """How many pages or posts there are that may be shown, and the newest assessments of the
    ``LISTED`` likeliest of them. Texts are read of these alone."""
    likeliest = sorted(
        (-one.probability, one.pk) for one in latest_scores(case, case.model) if not one.restricted
    )
    shown = [pk for _, pk in likeliest[:LISTED]]
    rows = AssessmentRow.objects.filter(pk__in=shown).select_related("document__capture")
    found = {row.pk: row for row in rows}
    return len(likeliest), [found[pk] for pk in shown]


def page_lines(rows: Sequence[AssessmentRow]) -> tuple[PageLine, ...]:
    """``rows`` as lines."""
    return tuple(_line(row) for row in rows)


def _line(row: AssessmentRow) -> PageLine:
    document = row.document
    title = "" if document.part else document.title  # every post has its channel's
    head = " ".join((title or document.text[: 4 * _HEAD]).split())
    short = head if len(head) <= _HEAD else f"{head[: _HEAD - 1]}…"
    return PageLine(row.probability, defang(document.capture.url), document.part, short)


def bytes_of(capture: Capture) -> CaptureBytes:
    """What stands behind a page."""
    return CaptureBytes(
        capture.fetched_at,
        capture.egress,
        capture.warc_file,
        capture.warc_offset,
        capture.sha256,
    )


_AT_THE_THRESHOLD = re.compile(r"score ([0-9.]+), threshold \1\b")
_TIED = {
    Tie.NAMED: _("it and what sells name each other"),
    Tie.RESERVE: _("what sells calls it its reserve, and is named by it"),
    Tie.DOSES: _("it lists prices by dose, and what sells leads to it"),
}


def queued_because(case: Case) -> str:
    """Why people are asked: score against threshold, or the selling targets it is tied to."""
    events = AuditEvent.objects.filter(subject=f"case:{case.pk}", action="case.in_review")
    # The end of a hold and a verdict taken back are no reason to ask, and tell what somebody said.
    events = events.exclude(details__from="on_hold").exclude(details__has_key="undone")
    event = events.order_by("-seq").first()
    reason = without_restricted(str(event.details.get("reason", ""))) if event else ""
    tie = next((one for one in Tie if f", {one} " in reason), None)
    if not case.tied_to or tie is None:
        return f"{retold(reason)}{_why_at_the_threshold(case, reason)}"
    names = ", ".join(_names(case.tied_to))
    return gettext("score %(score)s alone is too low; %(why)s: %(names)s") % {
        "score": number_format(case.score or 0.0, 3),
        "why": _TIED[tie],
        "names": names,
    }


def _why_at_the_threshold(case: Case, reason: str) -> str:
    """Of a group whose advertisers were told by repeating themselves (``group_verdict``)."""
    facts = ChannelFacts.objects.filter(case=case).first()
    profile = profile_from(facts.profile) if facts else None
    if not profile or profile.messages is None or not _AT_THE_THRESHOLD.match(reason):
        return ""
    said = ngettext(
        ": %(n)s doubtful message (accounts: %(accounts)s), counted as just at the threshold",
        ": %(n)s doubtful messages (accounts: %(accounts)s), counted as just at the threshold",
        profile.carriers,
    )
    return said % {"n": profile.carriers, "accounts": len(profile.accounts)}


def _names(keys: Sequence[str]) -> Iterator[str]:
    wanted = [parse_key(key) for key in keys]
    rows = Target.objects.filter(kind__in=[*TargetKind], value__in=[key.value for key in wanted])
    rows = rows.select_related("case")
    names = {row.key: row.name for row in rows}
    hidden = {row.key for row in rows if row.case.restricted}
    if hidden & {*wanted}:
        yield gettext("what is not shown")
    for key in wanted:
        if key in hidden:
            continue
        yield f"{called(key.kind, 'kind')} {defang(names.get(key) or key.value)}"
