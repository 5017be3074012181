"""Which target a channel is: by numeric id once it is known, whatever its username."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import F

from cases import identity, intake, runs
from cases.models import Run, RunSource, Target
from channels.discovery import Found
from channels.models import Advertiser, ChannelCursor, Wanted
from channels.posts import ChannelInfo
from channels.snowball.clues import Clue
from channels.snowball.models import ChannelYield, InviteLink, Look, Naming
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.errors import KeyFormatError
from domain.targets import TargetKey, TargetKind, telegram_key, telegram_username

ACTOR = "system:channels"
#: Of these a merged channel keeps its own.
_DOUBLES = (Naming, ChannelYield, Look, InviteLink, Advertiser)


@dataclass(frozen=True, slots=True)
class Settled:
    """The channel's own target; ``taken_over`` when the name asked for was another target's.
    ``freed`` is the username that it had before, where it has another one now."""

    target: Target
    taken_over: bool = False
    freed: str = ""


def username_of(target: Target) -> str:
    """The username to ask for, empty where none is known (any more)."""
    try:
        return telegram_username(target.value if is_alias(target) else target.name)
    except KeyFormatError:
        return ""


def is_alias(target: Target) -> bool:
    """Whether the target is known by username alone."""
    return target.value.startswith("@")


def settle(
    run_id: int,
    target: Target,
    username: str,
    info: ChannelInfo | None,
    *,
    clock: Clock = utc_now,
) -> Settled:
    """The target that what was read under ``username`` belongs to.

    ``target`` was asked for; ``info`` is what came, None where nothing did. A target known by
    username takes its numeric id as key, or is merged into the target that has it. Must run in
    the transaction that stores the capture.
    """
    numeric_id = info.numeric_id if info else None
    if info is None or numeric_id is None:
        return Settled(join_known(target, username, clock=clock))
    name = info.username or username
    owner = Target.objects.filter(kind=TargetKind.TELEGRAM, value=str(numeric_id)).first()
    before = username_of(owner) if owner is not None else ""
    freed = before if before.lower() != name.lower() else ""
    _free_name(name, numeric_id, clock)
    if owner is not None and owner.pk == target.pk:
        return Settled(identity.rename(target, name, actor=ACTOR, clock=clock), freed=freed)
    if not is_alias(target):
        newcomer = _newcomer(run_id, target, numeric_id, name, clock)
        return Settled(newcomer, taken_over=True, freed=freed)
    if owner is None:
        key = telegram_key(numeric_id=numeric_id)
        return Settled(identity.rekey(target, key, name, actor=ACTOR, clock=clock))
    _merge(target, owner, clock)
    return Settled(identity.rename(owner, name, actor=ACTOR, clock=clock), freed=freed)


def try_freed(run: Run, username: str) -> None:
    """Have the run ask for a username that its channel gave up, where a channel of the run has
    lost its own: names are often swapped."""
    numbered = RunSource.objects.filter(run=run, target__kind=TargetKind.TELEGRAM)
    if numbered.filter(target__name=F("target__value")).exists():
        runs.add_source(run, telegram_key(username), Why.RECHECK)


def join_known(target: Target, username: str, *, clock: Clock = utc_now) -> Target:
    """The channel that bears ``username`` as far as is known: ``target``, known by no more than
    that name, is merged into the one whose number is known."""
    known = known_as(target, username)
    if known is None or not _merge(target, known, clock):
        return target
    return known


def known_as(target: Target, username: str) -> Target | None:
    """The numbered target that ``target`` stands for by its mere username, None if it is none."""
    return identity.by_name(TargetKind.TELEGRAM, username) if is_alias(target) else None


def _merge(alias: Target, into: Target, clock: Clock) -> bool:
    """A cursor of the alias says nothing of posts that the other one has: they are met again."""
    return identity.merge(
        alias, into, drop=(ChannelCursor, Wanted), doubles=_DOUBLES, actor=ACTOR, clock=clock
    )


def introduce_all(run_id: int, names: Mapping[TargetKey, str], *, clock: Clock = utc_now) -> None:
    """``introduce`` channels by key and username; most were introduced before."""
    values = {value for key, name in names.items() for value in (key.value, f"@{name}")}
    rows = Target.objects.filter(kind=TargetKind.TELEGRAM, value__in=values)
    known = dict(rows.values_list("value", "name"))
    for key, name in names.items():
        if known.get(key.value) != name or f"@{name}" in known:
            introduce(run_id, key, name, clock=clock)


def introduce(run_id: int, key: TargetKey, username: str, *, clock: Clock = utc_now) -> Target:
    """The channel that is told of by number and username at once, as the origin of a forward or
    as a similar channel: what is known of either is one target from now on."""
    rows = Target.objects.filter(kind=key.kind, value__in=(key.value, f"@{username}"))
    known = sorted(rows, key=is_alias)
    if not known:
        _free_name(username, int(key.value), clock)
        return intake.target_row(key, name=username, clock=clock)[0]
    info = ChannelInfo("", username, int(key.value))
    return settle(run_id, known[-1], username, info, clock=clock).target


def _free_name(name: str, numeric_id: int, clock: Clock) -> None:
    """A username has one owner: whoever had it before is called by its id until it is met."""
    before = Target.objects.filter(kind=TargetKind.TELEGRAM, name__iexact=name)
    for row in before.exclude(value=str(numeric_id)).exclude(value__startswith="@"):
        identity.rename(row, row.value, actor=ACTOR, clock=clock)


def _newcomer(run_id: int, known: Target, numeric_id: int, name: str, clock: Clock) -> Target:
    """The target of the channel that took over the username of ``known``."""
    key = telegram_key(numeric_id=numeric_id)
    note = f"took over the username {name}"
    candidate = Candidate(key, Why.MENTION, parent=known.key, note=note)
    intake.note_candidates(run_id, [candidate], clock=clock)
    target, _ = intake.target_row(key, clock=clock)
    return identity.rename(target, name, actor=ACTOR, clock=clock)


def by_present_key(found: Found, target: Target) -> Found:
    """Channels that are known by number under the name given are meant, not new ones. ``target``
    does not lead to itself."""
    aliases = [c.target.value[1:] for c in found.candidates if c.target.value.startswith("@")]
    rows = Target.objects.filter(kind=TargetKind.TELEGRAM, name__in=aliases)
    numbered = rows.exclude(value__startswith="@").values_list("name", "value")
    known = {name: TargetKey(TargetKind.TELEGRAM, value) for name, value in numbered}

    def present(key: TargetKey) -> TargetKey:
        is_channel = key.kind is TargetKind.TELEGRAM
        return known.get(key.value.removeprefix("@"), key) if is_channel else key

    meant = [replace(one, target=present(one.target)) for one in found.candidates]
    clues: dict[TargetKey, Clue] = {}
    for key, clue in found.clues.items():
        if (now := present(key)) != target.key:
            clues[now] = clues[now].joined(clue) if now in clues else clue
    candidates = [one for one in meant if one.target != target.key]
    return replace(found, candidates=candidates, clues=clues)
