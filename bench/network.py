"""A generated network of channels: few shops among many others, told apart by their posts alone.

Posts are the sample world's, scored by the first stage as a night does it; who names whom is drawn
by seed. There are directories that name shops and others, news, ordinary channels, a ring of spam
whose every post names others of it, lists of a hundred names, and names that are no channel.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from channels.snowball.clues import Clue, Via
from tests.world.content import Truth, load

#: Channels of each kind, for every hundred.
_SHARES = {"shop": 4, "directory": 2, "news": 6, "ring": 25, "other": 63}
_SPAM = {
    *("kripto_raketa_kz", "stavki_altyn_kubok", "podpischiki_migom_kz", "airdrop_tenge_klub"),
    *("prognoz_express_777kz", "zarabotok_jana_kun"),
}
_NEWS = {"stepnoy_patrul_news", "protokol_i_prigovor", "zhana_habar_kz_news", "gorod_digest_ala"}
_DIRECTORY = {"otzyvy_nochi", "tau_bazar"}


@dataclass
class Member:
    """One channel: what it is, the first stage's word on each of its posts, and whom it names."""

    kind: str
    posts: list[tuple[float, float]]
    names: list[tuple[int, Clue]] = field(default_factory=list)


@dataclass(frozen=True)
class Network:
    """All channels by number; numbers that are none are names which nobody bears."""

    members: dict[int, Member]
    seeds: tuple[int, ...]

    def sells(self, number: int) -> bool:
        member = self.members.get(number)
        return member is not None and member.kind == "shop"


def make_network(seed: int, scores: dict[str, list[tuple[float, float]]], size: int) -> Network:
    """A network of ``size`` channels; ``scores`` as ``scored_posts`` gives them."""
    rng = random.Random(seed)
    kinds = [kind for kind, share in _SHARES.items() for _ in range(size * share // 100)]
    rng.shuffle(kinds)
    members = {
        number: Member(kind, rng.choices(scores[kind], k=rng.randint(8, 60)))
        for number, kind in enumerate(kinds)
    }
    by_kind = {kind: [n for n, m in members.items() if m.kind == kind] for kind in _SHARES}
    draw = _Names(rng, by_kind, size)
    for number, member in members.items():
        _let_name(number, member, draw)
    seeds = (by_kind["directory"][0], by_kind["news"][0])
    return Network(members, seeds)


class _Names:
    """Whom channels of each kind name. Names that nobody bears are new ones each time."""

    def __init__(self, rng: random.Random, by_kind: dict[str, list[int]], size: int) -> None:
        self.rng, self._by_kind, self._nobody = rng, by_kind, size

    def one(self, weights: dict[str, int]) -> int:
        (kind,) = self.rng.choices([*weights], [*weights.values()])
        if kind == "nobody":
            self._nobody += 1
            return self._nobody
        return self.rng.choice(self._by_kind[kind])


_WHOM = {
    "shop": {"shop": 30, "directory": 8, "other": 15, "ring": 2, "nobody": 45},
    "directory": {"shop": 30, "directory": 5, "other": 25, "ring": 5, "news": 5, "nobody": 30},
    "news": {"news": 30, "other": 55, "directory": 3, "shop": 2, "nobody": 10},
    "ring": {"ring": 85, "nobody": 15},
    "other": {"other": 70, "news": 12, "ring": 6, "shop": 1, "directory": 1, "nobody": 10},
}
_HOW = {
    "shop": (0.2, 3), "directory": (0.6, 2), "news": (0.2, 2), "ring": (1.0, 4), "other": (0.2, 2),
}  # fmt: skip
_LIST = 100


def _let_name(number: int, member: Member, draw: _Names) -> None:
    """Fill in whom a channel names, by posts: how many post do, and how many names those hold."""
    rng = draw.rng
    share, most = _HOW[member.kind]
    found: dict[int, Clue] = {}
    for selling, about in member.posts:
        if rng.random() >= share:
            continue
        count = _LIST if rng.random() < 0.005 else rng.randint(1, most)
        named = {draw.one(_WHOM[member.kind]) for _ in range(count)} - {number}
        for other in named:
            via = rng.choice((Via.MENTION, Via.MENTION, Via.LINK, Via.FORWARD, Via.BUTTON))
            clue = Clue(via, selling / len(named), about / len(named))
            found[other] = found[other].joined(clue) if other in found else clue
    member.names = [*found.items()]


def scored_posts(
    glance: Callable[[str, str], tuple[float, float]], content: Path | None = None
) -> dict[str, list[tuple[float, float]]]:
    """The first stage's word on the sample world's posts, by kind of channel."""
    world = load(content) if content else load()
    scores: dict[str, list[tuple[float, float]]] = {kind: [] for kind in _SHARES}
    for channel in world.channels.values():
        kind = _kind(channel.name, channel.truth)
        scores[kind] += [glance(post.text, channel.title) for post in channel.posts]
    return scores


def _kind(name: str, truth: Truth) -> str:
    for kind, names in (("ring", _SPAM), ("news", _NEWS), ("directory", _DIRECTORY)):
        if name in names:
            return kind
    return "shop" if truth is Truth.SHOP else "other"
