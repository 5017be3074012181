"""The frontier as the record has it, and what is taken from it."""

from __future__ import annotations

import random
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from cases import runs
from cases.models import CandidateRow, Run, RunSource, Target
from channels.identity import username_of
from channels.models import Wanted
from channels.snowball.clues import Clue, Via
from channels.snowball.frontier import Channel, Frontier, Pick
from channels.snowball.keeping import clue_of
from channels.snowball.models import ChannelYield, Look, Naming
from channels.snowball.rings import Caps
from channels.snowball.worth import Worth
from channels.usernames import is_bot
from domain.candidates import Why
from domain.clock import Clock, utc_now
from domain.targets import TargetKind

#: Sources that somebody or something asked for; all others were found on the way.
ASKED_FOR = (Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP)
#: Looks that the order learns from, the last ones of all nights.
_LEARNED = 2_000
#: Reasons to look that are weighed at a time, those first that promise most by themselves.
_MOST = 20_000
#: A channel that nothing is known to name (a list of names, say) waits as if named by itself.
_NOBODY = 0


def frontier_of(run: Run, caps: Caps, explore: float) -> Frontier:
    """What waits to be looked at in ``run``, as it stands now."""
    taken = found_on_the_way(run).count()
    frontier = Frontier(
        caps,
        explore=explore,
        worth=_learned(),
        rng=random.Random(f"{run.pk}:{taken}"),  # noqa: S311 - spreads looks, guards nothing
        taken=taken,
    )
    waiting = [row for row in _likeliest(run) if _can_be_read(row.target)]
    numbers = {row.target_id for row in waiting}
    for number, channel in _channels(run).items():
        frontier.known(number, channel, waits=number in numbers)
    for parent, child, clue in _named(waiting):
        frontier.named(parent, child, clue)
    ties = Naming.objects.filter(child__channel_yield__outcome__isnull=False)
    frontier.ties(ties.values_list("parent", "child").iterator())
    return frontier


def beyond(run: Run) -> int:
    """How many channels wait for ``run`` that are not even weighed, so many others come first."""
    weighed = {row.target_id for row in _likeliest(run)}
    return candidates(run).values("target").distinct().order_by().count() - len(weighed)


def _likeliest(run: Run) -> list[CandidateRow]:
    """The reasons to look that promise most: by the likeliest post that names a channel, whoever's
    it is; where nobody's post is known, by what its list or site made it worth."""
    namings = Naming.objects.filter(child=OuterRef("target")).order_by("-selling")
    best = Coalesce(Subquery(namings.values("selling")[:1]), F("priority"))
    return [*candidates(run).annotate(best=best).order_by("-best", "-pk")[:_MOST]]


def found_on_the_way(run: Run) -> QuerySet[RunSource]:
    """The sources of a run that nobody asked for."""
    sources = RunSource.objects.filter(run=run, target__kind=TargetKind.TELEGRAM)
    return sources.exclude(why__in=ASKED_FOR)


def candidates(run: Run) -> QuerySet[CandidateRow]:
    """Channels that this run found, those that were found before and never read, and those that
    waited for an account in vain; not visited in this run. Bots are among them."""
    found = Q(run=run) | Q(target__visits=None) | Q(target__wanted__isnull=False)
    found |= Q(parent__visits__run=run, target__cursor=None)
    rows = CandidateRow.objects.filter(found, target__kind=TargetKind.TELEGRAM)
    rows = rows.exclude(target__visits__run=run).exclude(why=Why.TIP)
    return rows.select_related("target", "parent").order_by("-pk").distinct()


def take(run: Run, pick: Pick, *, clock: Clock = utc_now) -> RunSource:
    """Make the channel of ``pick`` a source of the run, with all that was known of it."""
    target = Target.objects.get(pk=pick.channel)
    parent = ChannelYield.objects.filter(target=pick.parent).first()
    with transaction.atomic():
        rows = CandidateRow.objects.filter(target=target).exclude(why=Why.TIP)
        row = rows.order_by("-priority", "pk").first()
        why = Why(row.why) if row else Why.MENTION
        why = Why.MENTION if why in ASKED_FOR else why
        runs.add_source(run, target.key, why, url=row.url if row else "")
        ChannelYield.objects.get_or_create(
            target=target,
            defaults={
                "inherited": pick.given[3],
                "depth": (parent.depth if parent else 0) + 1,
                "found_by_id": pick.parent if pick.parent != _NOBODY else None,
            },
        )
        Look.objects.get_or_create(
            run=run,
            target=target,
            defaults={
                "parent_id": pick.parent if pick.parent != _NOBODY else target.pk,
                "given": list(pick.given),
                "expected": pick.expected,
                "explored": pick.explored,
                "at": clock(),
            },
        )
    return RunSource.objects.get(run=run, target=target)


def expected() -> Coalesce:
    """What a look at a source promises, for ordering rows of RunSource; 1 where somebody asked
    for it."""
    look = Look.objects.filter(run=OuterRef("run"), target=OuterRef("target"))
    return Coalesce(Subquery(look.values("expected")[:1]), 1.0)


def resolves_left(run: Run, most: int) -> int:
    """How many more names found on the way accounts may resolve in ``run``, of ``most``."""
    return max(0, most - Look.objects.filter(run=run).exclude(resolved_at=None).count())


def resolving(run: Run, target: int, *, clock: Clock = utc_now) -> None:
    """An account is about to resolve the name of a channel; nothing is counted where that was
    asked for."""
    Look.objects.filter(run=run, target=target, resolved_at=None).update(resolved_at=clock())


def _learned() -> Worth:
    looks = Look.objects.exclude(outcome=None).order_by("-pk").values_list("given", "outcome")
    newest_first = list(looks[:_LEARNED])
    return Worth.learned((given, outcome or 0.0) for given, outcome in reversed(newest_first))


def _channels(run: Run) -> dict[int, Channel]:
    """All channels that were looked at, and those that the run is asked to look at."""
    found = {
        row.target_id: Channel(
            posts=row.posts,
            selling=row.selling,
            inherited=row.inherited,
            depth=row.depth,
            found_by=row.found_by_id,
            outcome=row.outcome,
        )
        for row in ChannelYield.objects.filter(target__visits__isnull=False).distinct()
    }
    looks = Look.objects.values("parent").annotate(
        n=Count("pk"), paid=Sum("outcome"), tonight=Count("pk", filter=Q(run=run))
    )
    for row in looks:
        channel = found.setdefault(row["parent"], Channel())
        channel.looks, channel.paid = row["n"], row["paid"] or 0.0
        channel.tonight = row["tonight"]
    return found


def _named(rows: Iterable[CandidateRow]) -> Iterable[tuple[int, int, Clue]]:
    """Who names the channels that wait, and how."""
    children = {row.target_id for row in rows}
    told: set[tuple[int, int]] = set()
    for naming in Naming.objects.filter(child__in=children).iterator():
        told.add((naming.parent_id, naming.child_id))
        yield naming.parent_id, naming.child_id, clue_of(naming)
    for row in rows:
        parent = row.parent_id or _NOBODY
        if (parent, row.target_id) not in told:
            told.add((parent, row.target_id))
            yield parent, row.target_id, Clue(Via.SITE, row.priority)


def _can_be_read(target: Target) -> bool:
    """Bots have no posts; a channel whose username nobody told cannot be asked for, except by an
    account that it was left to before."""
    name = username_of(target)
    return not is_bot(name) if name else Wanted.objects.filter(target=target).exists()
