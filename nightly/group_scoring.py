"""Public groups: the verdict over what the accounts wrote that advertise there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases import assessing
from cases.models import AssessmentRow, Case, DocumentRow
from channels.models import Advertiser, AdvertisersPost
from classifiers.group_verdict import Account, group_verdict
from domain.assessment import Assessment, Verdict
from domain.channel_profiles import GroupFacts

Together = Callable[[Sequence[DocumentRow]], Assessment]


@dataclass(frozen=True, slots=True)
class GroupRead:
    """A group as the record has it: its assessed messages (``rows``), the accounts that advertise,
    and which of ``rows`` are whose."""

    rows: Sequence[AssessmentRow]
    advertisers: tuple[Advertiser, ...]
    theirs: tuple[tuple[int, ...], ...]

    @property
    def own(self) -> frozenset[int]:
        """Which of ``rows`` advertisers wrote."""
        return frozenset(at for one in self.theirs for at in one)

    def names(self, site: str) -> bool:
        """Whether an advertiser names ``site``; those of others are no mirrors of his."""
        documents = [self.rows[at].document for at in self.own]
        return any(site in f"{one.text} {one.links}".lower() for one in documents)

    @property
    def facts(self) -> GroupFacts:
        """For the profile: the accounts of which messages are left, and how many all wrote."""
        named = (_called(who) for who, at in zip(self.advertisers, self.theirs, strict=True) if at)
        messages = sum(row.document.part.isdecimal() for row in self.rows)
        return GroupFacts(tuple(named), messages)


def group_of(case: Case, rows: Sequence[AssessmentRow]) -> GroupRead | None:
    """The group that ``rows`` are of; None for a channel. What is of a group was redacted before
    it was stored, and is marked so."""
    if not any(row.document.capture.of_group for row in rows):
        return None
    who = tuple(Advertiser.objects.filter(target=case.target_id).order_by("since", "pk"))
    wrote = AdvertisersPost.objects.filter(advertiser__in=who)
    authors = dict(wrote.values_list("post", "advertiser_id"))
    theirs: dict[int, list[int]] = {one.pk: [] for one in who}
    for at, row in enumerate(rows):
        part = row.document.part
        if part.isdecimal() and (author := authors.get(int(part))) is not None:
            theirs[author].append(at)
    return GroupRead(rows, who, tuple(tuple(theirs[one.pk]) for one in who))


def judge_group(
    group: GroupRead, together: Together, threshold: float
) -> tuple[Verdict, Assessment | None]:
    """The verdict on a group, and what the messages of its likeliest advertiser are as one text."""
    accounts = []
    for at in group.theirs:
        documents = [group.rows[one].document for one in at]
        accounts.append(Account(at, together(documents) if len(documents) > 1 else None))
    messages = [assessing.as_assessment(row) for row in group.rows]
    wholes = [one.whole for one in accounts if one.whole is not None]
    likeliest = max(wholes, key=lambda one: one.probability, default=None)
    return group_verdict(accounts, messages, threshold=threshold), likeliest


def _called(account: Advertiser) -> str:
    return f"@{account.username}" if account.username else f"number {account.number}"
