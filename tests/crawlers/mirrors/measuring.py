"""How many planted mirrors are recognised from their first page, and what is taken for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from crawlers.extraction import extract
from crawlers.mirrors.fingerprinting import fingerprint
from domain.minhash import bands
from domain.mirrors import Fingerprint, likeness
from tests.crawlers.mirrors.variations import Maker, Shown, pairs
from tests.world.content import Site, Truth

#: A mirror that the author of the sample world wrote: it is measured by itself.
_WRITTEN = "aurora-kz-2"
_QUOTED = (0.3, 0.6, 1.0)


class Beside(StrEnum):
    """What speaks for a copy beside its text."""

    NOTHING = "text alone"
    ICON = "same icon"
    SELLS = "both sell"


@dataclass
class Figures:
    """``pairs`` were compared and ``found`` taken for mirrors, by kind of pair and what stands
    beside the text."""

    pairs: Counter[str] = field(default_factory=Counter)
    found: dict[Beside, Counter[str]] = field(
        default_factory=lambda: {beside: Counter() for beside in Beside}
    )

    def share(self, kind: str, beside: Beside) -> float:
        return self.found[beside][kind] / self.pairs[kind]


@lru_cache(maxsize=10_000)
def printed(page: Shown) -> Fingerprint:
    """The fingerprint that a crawl would give the page."""
    read = extract(page.html, page.url)
    return fingerprint(read.document.text, read.paths, page.url)


def measure(seeds: Iterable[int]) -> Figures:
    """Compare the pairs that each seed makes, the way a night does: by bands, then by likeness."""
    figures = Figures()
    for seed in seeds:
        for kind, one, other in _made(Maker(seed)):
            _compare(figures, kind, printed(one), printed(other))
    return figures


def _compare(figures: Figures, kind: str, one: Fingerprint, other: Fingerprint) -> None:
    figures.pairs[kind] += 1
    if set(bands(one.signature)).isdisjoint(bands(other.signature)):
        return
    for beside, found in figures.found.items():
        icon, sells = beside is Beside.ICON, beside is Beside.SELLS
        found[kind] += likeness(one, other, same_icon=icon, sells=sells) is not None


def _made(maker: Maker) -> Iterator[tuple[str, Shown, Shown]]:
    shops = [site for site in maker.shops if site.slug != _WRITTEN]
    for shop in shops:
        original = maker.original(shop)
        yield "mirror", original, maker.mirror(shop)
        yield "mirror, much changed", original, maker.mirror(shop, hard=True)
        for reader in maker.innocents:
            if reader.what.split()[0] in {"news", "general", "Kazakh-language"}:
                for share in _QUOTED:
                    yield f"quoted {share:.0%}", original, maker.quoting(reader, shop, share)
    yield from _unlike(maker, shops)


def _unlike(maker: Maker, shops: list[Site]) -> Iterator[tuple[str, Shown, Shown]]:
    skin = maker.random.choice(["cards", "table", "landing"])
    for one, two in pairs(shops):
        yield "two shops on one engine", maker.on_engine(one, skin), maker.on_engine(two, skin)
    for one, two in pairs(list(maker.content.sites.values())):
        if {one.slug, two.slug} != {_WRITTEN, "aurora-kz"}:
            both = {one.truth, two.truth}
            kind = "two innocents" if both == {Truth.INNOCENT} else "two other sites"
            yield kind, maker.original(one), maker.original(two)
