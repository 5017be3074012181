"""What a page of a channel gives to the snowball goes into the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db.models import F

from cases import intake
from cases.models import Run, Target
from channels.discovery import Found
from channels.documents import ABOUT
from channels.landing import LandingKind
from channels.posts import Batch, Post
from channels.snowball.clues import Clue, Via
from channels.snowball.models import ChannelYield, InviteLink, Look, Naming
from classifiers.cascade import Glance
from domain.captures import Outcome
from domain.clock import Clock, utc_now
from domain.selling import sells
from domain.targets import TargetKey

#: Of further pages of one visit only posts that lead somewhere are scored.
WHOLE_PAGES = 5
#: Outcomes under which a name is known to stand for no channel that can be read.
_NOTHING = frozenset(
    {Outcome.EMPTY, Outcome.NO_SUCH_NAME, Outcome.NO_CHANNEL, Outcome.PRIVATE, Outcome.RESTRICTED}
)
_NOTHING_SAID = (LandingKind.ACCOUNT.value, LandingKind.PRIVATE.value)
Glancer = Callable[[str, str], Glance]


class Keeper:
    """Scores and keeps for one run. Without ``glance`` nothing is scored, and the order of looks
    is told by how channels are named alone. ``sells_from`` is the probability from which a post
    counts as selling."""

    def __init__(
        self, run: Run, glance: Glancer | None, sells_from: float, clock: Clock = utc_now
    ) -> None:
        self._run, self._glance, self._sells_from = run, glance, sells_from
        self._clock = clock

    def glances(self, batch: Batch, *, about: bool, whole: bool) -> dict[str, Glance]:
        """The first stage's word on posts by id, and on the description where ``about`` says so.
        ``whole``: on all posts, not only on those that lead somewhere."""
        info = batch.channel
        if self._glance is None or info is None:
            return {}
        texts = {str(p.id): p.text for p in batch.posts if p.text and (whole or _leads_on(p))}
        if about and info.description:
            texts[ABOUT] = info.description
        return {part: self._glance(text, info.title) for part, text in texts.items()}

    def keep(
        self,
        target: Target,
        found: Found,
        posts: Iterable[Post],
        glances: Mapping[str, Glance],
        *,
        after: int,
    ) -> None:
        """Take in a page of ``target``: whom it names, its invite links, how many of its posts
        above ``after``, which were not read before, sell. In the transaction that stores it."""
        now = self._clock()
        self._names(target, found.clues)
        InviteLink.objects.bulk_create(
            [
                InviteLink(target=target, digest=one.digest, post=one.post, noted_at=now)
                for one in found.invites
            ],
            ignore_conflicts=True,
        )
        fresh = [str(post.id) for post in posts if post.id > after and not post.service]
        scored = [glances[part].selling for part in fresh if part in glances]
        selling = sum(score >= self._sells_from for score in scored)
        more = {"posts": F("posts") + len(scored), "selling": F("selling") + selling}
        given = ChannelYield.objects.filter(target=target)
        if not given.update(**more):
            ChannelYield.objects.get_or_create(target=target)
            given.update(**more)

    def _names(self, parent: Target, clues: Mapping[TargetKey, Clue]) -> None:
        children, _ = intake.target_rows(clues, clock=self._clock)
        known = {
            row.child_id: clue_of(row)
            for row in Naming.objects.filter(parent=parent, child__in=children.values())
        }
        named = {}
        for key, clue in clues.items():
            if (child := children[key].pk) != parent.pk:
                named[child] = known[child].joined(clue) if child in known else clue
        note_all(parent, named, clock=self._clock)

    def settle(self, targets: Iterable[int], batch: Batch) -> None:
        """A visit has ended: what it brought, where that can be told."""
        numbers = [*targets]
        row = ChannelYield.objects.filter(target__in=numbers, posts__gt=0).first()
        if row is not None:
            outcome = sells(row.posts, row.selling)
        elif _is_nothing(batch):
            outcome = 0.0
        else:
            return
        ChannelYield.objects.filter(target__in=numbers).update(outcome=outcome)
        Look.objects.filter(run=self._run, target__in=numbers).update(outcome=outcome)


def note(parent: Target, child: Target, clue: Clue, *, clock: Clock = utc_now) -> None:
    """Write down how ``parent`` names ``child``."""
    note_all(parent, {child.pk: clue}, clock=clock)


def note_all(parent: Target, clues: Mapping[int, Clue], *, clock: Clock = utc_now) -> None:
    """Write down how ``parent`` names others, by the ids of their rows."""
    now = clock()
    rows = [
        Naming(
            parent_id=parent.pk,
            child_id=child,
            via=clue.via,
            selling=clue.selling,
            about_drugs=clue.about_drugs,
            reserve=clue.reserve,
            posts=clue.posts,
            noted_at=now,
        )
        for child, clue in clues.items()
    ]
    Naming.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["parent", "child"],
        update_fields=["via", "selling", "about_drugs", "reserve", "posts", "noted_at"],
    )


def clue_of(row: Naming) -> Clue:
    """The value that a row was made from."""
    return Clue(Via(row.via), row.selling, row.about_drugs, row.reserve, row.posts)


def _leads_on(post: Post) -> bool:
    return bool(post.forward or post.links or post.buttons or "@" in post.text)


def _is_nothing(batch: Batch) -> bool:
    told = batch.fetches[-1].detail.startswith(_NOTHING_SAID)
    return batch.outcome in _NOTHING or (batch.outcome is Outcome.NO_PREVIEW and told)
