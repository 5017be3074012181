"""Families in the record. A family proposes; it never decides for its members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from cases import audit, cards, proposed_verdicts
from cases.mirrors import pairs_of
from cases.models import (
    AssessmentRow,
    Case,
    ChannelFacts,
    DocumentRow,
    Family,
    MirrorPair,
)
from cases.proposed_verdicts import Member
from domain.channel_profiles import ChannelProfile, profile_from
from domain.clock import Clock, utc_now
from domain.families import Trait, group
from domain.quoting import quoted
from domain.states import CaseState

#: Indicators that one operator keeps for himself. Links to other sites tie nobody.
OWN_INDICATORS = frozenset(
    {"telegram", "btc", "eth", "ltc", "tron", "xmr", "email", "phone", "pgp", "tox"}
    | {"telegram_invite", "jabber", "session"}
)
#: Posts of fewer characters are alike by chance.
_LONG_ENOUGH = 200
_STATES = frozenset(CaseState) - {CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT}


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many cases changed their family, and how many proposed verdicts hold."""

    joined: int
    proposals: int


def regroup(*, actor: str, clock: Clock = utc_now) -> Grouped:
    """Group all cases that people have seen by their traits, and renew what families propose.

    A family keeps its number as long as one of its members is still in it. A dismissed case is in
    one for its near copies alone: an innocent site may name a seller's wallet.
    """
    changed = 0
    families: list[list[Member]] = []
    with transaction.atomic():
        cases = {
            case.pk: case
            for case in Case.objects.filter(state__in=[*_STATES], restricted=False).select_related(
                "target"
            )
        }
        pairs = {(pair.one_id, pair.other_id): pair for pair in pairs_of([*cases])}
        traits = _traits([case for case in cases.values() if case.state != CaseState.DISMISSED])
        for (one, other), pair in pairs.items():
            trait = _near_copy(cases[one], cases[other], pair)
            traits[one].add(trait)
            traits[other].add(trait)
        for members, links in group(traits):
            families.append(
                [Member(cases[pk], links.intersection(traits[pk])) for pk in sorted(members)]
            )
            family = _family_of([cases[pk] for pk in sorted(members)], clock)
            family.links = sorted([list(link) for link in links])
            family.save(update_fields=["links"])
            for pk in sorted(members):
                if cases[pk].family_id != family.pk:
                    _join(cases[pk], family, links, actor, clock)
                    changed += 1
        proposed = proposed_verdicts.renew(families, pairs, actor=actor, clock=clock)
    return Grouped(changed, proposed)


def ties(family: Family) -> dict[Trait, frozenset[int]]:
    """Which members of a family, by number, show which of its links, as the record stands; links
    that fewer than two of them still show are left out. Restricted cases are no members."""
    cases = {
        case.pk: case
        for case in family.cases.filter(restricted=False).select_related("target").order_by("pk")
    }
    traits = _traits([case for case in cases.values() if case.state != CaseState.DISMISSED])
    for pair in pairs_of([*cases]):
        if pair.one_id in cases and pair.other_id in cases:
            one, other = cases[pair.one_id], cases[pair.other_id]
            for case in (one, other):
                traits[case.pk].add(_near_copy(one, other, pair))
    holders: dict[Trait, set[int]] = defaultdict(set)
    for number, own in traits.items():
        for trait in own:
            holders[trait].add(number)
    kept = {(str(kind), str(value)) for kind, value in family.links}
    return {
        trait: frozenset(who)
        for trait, who in sorted(holders.items())
        if len(who) > 1 and trait in kept
    }


def _near_copy(one: Case, other: Case, pair: MirrorPair) -> Trait:
    names = " = ".join(case.target.name or case.target.value for case in (one, other))
    return "near copy", f"{names} ({', '.join((f'text {pair.similarity:.2f}', *pair.signs))})"


def _traits(cases: Collection[Case]) -> dict[int, set[Trait]]:
    """What each case shows of its operator. Pages are near copies or not; posts stand in another
    channel or on a page, or they do not."""
    carriers = {document: case.pk for case in cases for document in case.carriers}
    traits: dict[int, set[Trait]] = defaultdict(set, {case.pk: set() for case in cases})
    rows = AssessmentRow.objects.filter(document_id__in=[*carriers])
    for row in rows.select_related("document").iterator():
        owner = carriers[row.document_id]
        for entry in row.indicators:
            if entry["kind"] in OWN_INDICATORS:
                traits[owner].add((entry["kind"], entry["value"].lower().lstrip("@")))
        if _is_own_post(row.document):
            traits[owner].add(("same text", row.document.text_sha256))
    for document, mac, shown in cards.macs_of([*carriers]):
        traits[carriers[document]].add(("card", f"{shown} {mac[:12]}"))
    for owner, trait in _quoted(carriers):
        traits[owner].add(trait)
    for case in cases:
        if case.target.kind == "telegram":
            traits[case.pk].add(("telegram", case.target.name.lower().lstrip("@")))
    for facts in ChannelFacts.objects.filter(case__in=cases):
        traits[facts.case_id].update(_told_by(profile_from(facts.profile)))
    return traits


def _is_own_post(document: DocumentRow) -> bool:
    """Whether it is a post that is long enough to be its channel's own, and no forward."""
    long = len(document.text) >= _LONG_ENOUGH
    return bool(document.part) and long and not document.forwarded_from


def _quoted(carriers: Mapping[int, int]) -> Iterator[tuple[int, Trait]]:
    """The posts, of those that carry a verdict, that stand on a page which carries one, for both
    cases. ``carriers`` has the case of each document."""
    rows = DocumentRow.objects.filter(pk__in=[*carriers])
    posts = {row.pk: row for row in rows.exclude(part="") if _is_own_post(row)}
    texts = {pk: (carriers[pk], row.text) for pk, row in posts.items()}
    pages = dict(rows.filter(part="").values_list("pk", "text")) if posts else {}
    for post, page in quoted(texts, pages):
        trait = ("post on a page", posts[post].text_sha256)
        yield carriers[post], trait
        yield carriers[page], trait


def _told_by(profile: ChannelProfile) -> Iterator[Trait]:
    """What a channel says of its operator outside the posts that carry its verdict: contacts in its
    description, its bots, the channels that it calls its reserve; in a group, who advertises."""
    for kind, value in profile.contacts:
        if kind in OWN_INDICATORS:
            yield kind, value.lower().lstrip("@")
    accounts = (name for name in profile.accounts if name.startswith("@"))
    for name in (*profile.bots, *profile.reserve, *accounts):
        yield "telegram", name.lower().lstrip("@")


def _family_of(cases: list[Case], clock: Clock) -> Family:
    votes: dict[int, int] = defaultdict(int)
    for case in cases:
        if case.family_id is not None:
            votes[case.family_id] += 1
    if votes:
        return Family.objects.get(pk=max(votes, key=lambda pk: (votes[pk], -pk)))
    return Family.objects.create(founded_at=clock())


def _join(case: Case, family: Family, links: frozenset[Trait], actor: str, clock: Clock) -> None:
    case.family = family
    case.save(update_fields=["family"])
    audit.append(
        "family.joined",
        f"case:{case.pk}",
        actor=actor,
        details={"family": family.pk, "links": len(links)},
        clock=clock,
    )
