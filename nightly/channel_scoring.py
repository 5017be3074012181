"""Channels: the verdict over their posts, and what those say of the channel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cases import assessing
from cases.models import AssessmentRow, CandidateRow, Case, ChannelFacts, DocumentRow
from channels.advertising import hint_of
from channels.models import ChannelCursor, GonePost, InviteLink, Naming
from classifiers.cascade import Cascade
from classifiers.channel_verdict import channel_verdict
from classifiers.doses import dose_list
from domain.assessment import Assessment, Indicator, Verdict
from domain.captures import OF_A_GROUP
from domain.channel_profiles import Activity, Links, PostFacts, profile_of
from domain.targets import TargetKind
from nightly.group_scoring import group_of, judge_group

#: So much of the newest posts is read as one text, in characters.
TOGETHER = 20_000
_SITES = (TargetKind.HOST, TargetKind.ONION)


def judge(
    case: Case, rows: Sequence[AssessmentRow], cascade: Cascade
) -> tuple[Verdict, Assessment | None]:
    """The verdict on a channel, and what its newest posts are when they are read as one text. In a
    group those speak who advertise."""

    def together(documents: Sequence[DocumentRow]) -> Assessment:
        return cascade.assess(text_together(documents), title=documents[-1].title)

    if (group := group_of(case, rows)) is not None:
        return judge_group(group, together, cascade.threshold)
    documents = [row.document for row in rows]
    whole = together(documents) if len(documents) > 1 else None
    posts = [assessing.as_assessment(row) for row in rows]
    return channel_verdict(posts, whole, threshold=cascade.threshold), whole


def text_together(documents: Sequence[DocumentRow]) -> str:
    """The newest posts, oldest first, up to ``TOGETHER`` characters, after the description."""
    about = [one.text for one in documents if not one.part.isdecimal()]
    posts = sorted((one for one in documents if one.part.isdecimal()), key=lambda p: -int(p.part))
    taken: list[str] = []
    left = TOGETHER
    for post in posts:
        left -= len(post.text)
        if left < 0 and taken:
            break
        taken.append(post.text)
    return "\n\n".join([*about, *reversed(taken)])


def keep_profile(
    case: Case,
    rows: Sequence[AssessmentRow],
    verdict: Verdict,
    whole: Assessment | None,
    *,
    threshold: float,
    dormant_after: timedelta,
    now: datetime,
) -> Activity:
    """Put the channel's profile into the record, for those who decide. Returns its activity."""
    group = group_of(case, rows)
    line = threshold if group is None else hint_of(threshold)
    carrying = dict.fromkeys(verdict.carriers, True)
    gone = set(GonePost.objects.filter(target=case.target_id).values_list("post", flat=True))
    posts, about = [], list[Indicator]()
    for at, row in enumerate(rows):
        if group is not None and at not in group.own:
            continue
        indicators = tuple(Indicator(**one) for one in row.indicators)
        if not row.document.part.isdecimal():
            about.extend(indicators)
            continue
        number = int(row.document.part)
        posts.append(
            PostFacts(
                number=number,
                posted_at=row.document.posted_at,
                selling=row.probability >= line,
                carries=at in carrying,
                priced=sum(bool(price["unit"]) for price in row.prices),
                doses=bool(dose_list(row.document.text)),
                indicators=indicators,
                gone=number in gone,
            )
        )
    posts.sort(key=lambda post: post.number)
    links = links_of(case)
    if group is not None:
        links = replace(links, sites=tuple(name for name in links.sites if group.names(name)))
    profile = profile_of(
        posts,
        about,
        links,
        own=case.target.name,
        now=now,
        dormant_after=dormant_after,
        together=whole.probability if whole else None,
        group=None if group is None else group.facts,
        counters=counters_of(case),
    )
    ChannelFacts.objects.update_or_create(
        case=case,
        defaults={"activity": profile.activity, "profile": profile.as_json(), "made_at": now},
    )
    return profile.activity


def counters_of(case: Case) -> list[tuple[str, int]]:
    """The figures that the channel of ``case`` last showed of itself."""
    cursor = ChannelCursor.objects.filter(target=case.target_id).first()
    return list(cursor.counters.items()) if cursor is not None else []


def links_of(case: Case) -> Links:
    """Where the channel of ``case`` leads."""
    sites = CandidateRow.objects.filter(parent=case.target_id, target__kind__in=_SITES)
    names = sites.order_by("pk").values_list("target__name", flat=True)
    reserve = Naming.objects.filter(parent=case.target_id, reserve=True).select_related("child")
    return Links(
        sites=tuple(dict.fromkeys(names)),
        reserve=tuple(row.child.name.lower().lstrip("@") for row in reserve.order_by("pk")),
        invites=InviteLink.objects.filter(target=case.target_id).count(),
    )


def reserves_of(sellers: Collection[int], doubtful: Collection[int]) -> dict[int, list[int]]:
    """For each of the ``doubtful`` targets (row numbers) those ``sellers`` that call it their
    reserve and are named by it: a shop says so of its own channels alone."""
    called = Naming.objects.filter(parent__in=sellers, child__in=doubtful, reserve=True)
    named = set(
        Naming.objects.filter(parent__in=doubtful, child__in=sellers).values_list("parent", "child")
    )
    found: dict[int, list[int]] = {}
    for seller, reserve in sorted(called.values_list("parent", "child")):
        if (reserve, seller) in named:
            found.setdefault(reserve, []).append(seller)
    return found


def coded_of(sellers: Collection[int], screened: Collection[int]) -> dict[int, list[int]]:
    """For each of the ``screened`` channels that lists prices by dose those ``sellers`` that lead
    to it: by naming it, or since Telegram calls it similar to them. A group, whose texts are
    redacted, is judged by its advertisers alone."""
    leads: dict[int, list[int]] = {}
    named = Naming.objects.filter(parent__in=sellers).order_by("parent", "child")
    for seller, child in named.values_list("parent", "child").iterator():
        if child in screened:
            leads.setdefault(child, []).append(seller)
    rows = DocumentRow.objects.filter(target__in=leads)
    rows = rows.exclude(capture__redacted__startswith=OF_A_GROUP)
    texts = rows.values_list("target", "text")
    listing = {target for target, text in texts.iterator() if dose_list(text)}
    return {target: sellers for target, sellers in leads.items() if target in listing}
