"""Mirrors and look-alikes made from the sample world's own texts, by seed.

A mirror keeps what is sold and how it is told; its owner changes what costs him nothing: prices,
the shop's name, the order of goods, the looks, a banner, a section left out, headings in another
language. What must not be taken for a mirror is made from the same texts: other shops on the same
engine, an article or a forum that quotes a shop, a shop with another's terms of sale.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.world.addresses import Addresses, addresses_of
from tests.world.content import SKINS, Content, Site, Truth, load
from tests.world.render import render_site

_NUMBER = re.compile(r"\d+(?: \d{3})*")
_HEADING = re.compile(r"^(#+ ).*$", re.MULTILINE)
_HEADINGS = ("Біз туралы", "Price list", "Бағалар", "Why us", "Жеткізу", "Contacts", "Байланыс")
_BANNERS = (
    "**Внимание!** Прежний адрес заблокирован. Сохраните этот, остальные — мошенники.",
    "🔥 Скидка всем новым клиентам до конца месяца, спешите, количество ограничено!",
    "Мы переехали. Новое зеркало работает без ограничений, старые ссылки больше не открываются.",
)
#: The terms that a shop engine is delivered with: every shop on it has them.
ENGINE_TERMS = """### Правила магазина

1. Перед покупкой внимательно прочитайте описание товара и выберите район.
2. Оплата принимается только на указанные реквизиты в течение тридцати минут.
3. После оплаты вы получаете адрес и фотографию места.
4. При ненаходе напишите в поддержку и приложите фотографии с места.
5. Возврат средств производится на баланс личного кабинета.
6. Оскорбление операторов ведёт к блокировке без возврата.
"""


@dataclass(frozen=True)
class Shown:
    """A page as it is served."""

    url: str
    html: str


class Maker:
    """Makes pages from the sample world; everything follows from ``seed``."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.content: Content = load()
        self._addresses = addresses_of(self.content)
        self.shops = [s for s in self.content.sites.values() if s.truth is Truth.SHOP]
        self.innocents = [s for s in self.content.sites.values() if s.truth is Truth.INNOCENT]

    def shown(self, site: Site, text: str, host: str, skin: str) -> Shown:
        """``text`` as the front page of a site like ``site`` in another skin."""
        front = replace(site.pages[0], text=text)
        dressed = replace(site, skin=skin, mirror_of="", pages=(front, *site.pages[1:]))
        hosts = {**self._addresses.hosts, site.slug: host}
        html = render_site(dressed, self.content, Addresses(hosts))["/"]
        return Shown(f"http://{host}/", html)

    def original(self, site: Site) -> Shown:
        return self.shown(site, site.pages[0].text, self._addresses.hosts[site.slug], site.skin)

    def mirror(self, site: Site, *, hard: bool = False) -> Shown:
        """A mirror of ``site`` on another host: prices, name, order and mostly looks changed;
        a ``hard`` one with a banner, without a section, and with other headings as well."""
        text = self._renamed(site, self._reordered(self._priced(site.pages[0].text)))
        if hard:
            text = self._translated(self._shortened(text))
            text = f"{self.random.choice(_BANNERS)}\n\n{text}"
        skin = self.random.choice(SKINS)
        return self.shown(site, text, f"m{self.random.randrange(10**6)}.test", skin)

    def quoting(self, article: Site, shop: Site, share: float) -> Shown:
        """An article of a news site or forum with ``share`` of a shop's front page in it."""
        page = self.random.choice(article.pages)
        words = shop.pages[0].text.split("\n")
        quoted = "\n".join(f"> {line}" for line in words[: max(1, int(len(words) * share))])
        host = self._addresses.hosts[article.slug]
        return self.shown(article, f"{page.text}\n\n{quoted}", host, article.skin)

    def on_engine(self, site: Site, skin: str) -> Shown:
        """``site`` on a shop engine: its looks, its terms of sale."""
        text = f"{site.pages[0].text}\n\n{ENGINE_TERMS}"
        return self.shown(site, text, self._addresses.hosts[site.slug], skin)

    def _priced(self, text: str) -> str:
        return _NUMBER.sub(lambda found: self._price(found[0]), text)

    def _price(self, text: str) -> str:
        value = int(text.replace(" ", ""))
        changed = round(value * self.random.uniform(0.8, 1.25))
        return f"{changed:,}".replace(",", " ") if " " in text else str(changed)

    def _renamed(self, site: Site, text: str) -> str:
        """Another name for the shop in its title and wherever its pages use it."""
        new = "".join(self.random.choices("абвгдезиклмнопрст", k=6))
        for name in re.findall(r"[^\W\d_]{4,}", site.title.split("|")[0].split("—")[0]):
            text = re.sub(name[:-1] + r"\w{0,2}", new, text, flags=re.IGNORECASE)
        return text

    def _reordered(self, text: str) -> str:
        """The rows of each table and the items of each list in another order."""
        blocks = text.split("\n\n")
        return "\n\n".join(self._shuffled(block.split("\n")) for block in blocks)

    def _shuffled(self, lines: list[str]) -> str:
        fixed = 2 if lines[0].startswith("|") else 0
        rest = lines[fixed:]
        if fixed or all(line.startswith(("- ", "* ")) for line in rest):
            self.random.shuffle(rest)
        return "\n".join((*lines[:fixed], *rest))

    def _shortened(self, text: str) -> str:
        """One block gone, and never the one that the page is about: its longest."""
        blocks = text.split("\n\n")
        longest = max(blocks, key=len)
        others = [block for block in blocks if block is not longest and len(block) < 400]
        gone = self.random.choice(others) if len(others) > 1 else None
        return "\n\n".join(block for block in blocks if block is not gone)

    def _translated(self, text: str) -> str:
        return _HEADING.sub(lambda found: found[1] + self.random.choice(_HEADINGS), text)


def pairs(sites: Sequence[Site]) -> list[tuple[Site, Site]]:
    """Every two different sites."""
    return [(one, two) for at, one in enumerate(sites) for two in sites[at + 1 :]]
