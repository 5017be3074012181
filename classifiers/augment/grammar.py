"""Text from a seeded grammar: shapes and slots in TOML, filled at random.

``{slot}`` takes one entry of a slot and fills it in turn; ``{slot?}`` does so half the time;
``{slot*2-5}`` writes two to five different entries on lines of their own, ``{slot+2-5}`` in one
line. Slots written in code: amounts, prices, contacts, hosts.
"""

from __future__ import annotations

import random
import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.assessment import Label
from domain.errors import InputError
from domain.onion import onion_from_public_key

_SLOT = re.compile(r"\{(\w+)(\?|[*+]\d+-\d+)?\}")
_MAX_DEPTH = 12
_WEIGHTS = ("0.3", "0.5", "1", "2", "3", "5", "10", "0,5", "1.0", "20", "50", "100")
_TLDS = ("com", "kz", "ru", "shop", "top", "cc", "biz", "org", "net", "site")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of document: its name, label, language and templates."""

    name: str
    label: Label
    lang: str
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Slots by language (``any`` is shared) and the shapes that use them."""

    slots: Mapping[str, Mapping[str, Sequence[str]]]
    shapes: tuple[Shape, ...]


def parse_grammar(texts: Sequence[str]) -> Grammar:
    """The grammar of several TOML texts, whose tables add up.

    ``[slots.LANG]`` maps slots to entries; ``[LABEL.LANG]`` maps shapes to templates. Raises
    InputError for a table or label that is neither.
    """
    slots: dict[str, dict[str, Sequence[str]]] = {}
    shapes: list[Shape] = []
    for text in texts:
        for section, languages in tomllib.loads(text).items():
            for lang, entries in languages.items():
                if section == "slots":
                    known = slots.setdefault(lang, {})
                    if twice := known.keys() & entries.keys():
                        raise InputError(f"grammar: slots of {lang} defined twice: {sorted(twice)}")
                    known.update(entries)
                elif section in set(Label):
                    shapes += (
                        Shape(name, Label(section), lang, tuple(templates))
                        for name, templates in entries.items()
                    )
                else:
                    raise InputError(f"grammar: [{section}.{lang}] is neither slots nor a label")
    return Grammar(slots, tuple(shapes))


class Writer:
    """Fills templates with one random generator."""

    def __init__(self, grammar: Grammar, rng: random.Random) -> None:
        self._grammar, self._rng = grammar, rng
        self._made: dict[str, Callable[[], str]] = {
            "g": lambda: rng.choice(_WEIGHTS), "n": lambda: str(rng.randint(2, 90)),
            "kzt": self._tenge, "rub": lambda: str(rng.randint(5, 150) * 100),
            "usd": lambda: str(rng.randint(2, 90) * 5), "kzt_small": self._small_tenge,
            "usd_small": lambda: f"{rng.randint(2, 60)}.{rng.choice(('00', '99', '50', '49'))}",
            "pct": lambda: str(rng.choice((5, 10, 15, 20, 30, 50))), "handle": self._handle,
            "purity": lambda: str(rng.randint(80, 99)), "host": self._host, "onion": self._onion,
            "phone": self._phone, "year": lambda: str(rng.randint(2015, 2026)),
            "hour": lambda: str(rng.randint(7, 23)), "mg": lambda: str(rng.randint(1, 60) * 10),
        }  # fmt: skip

    def write(self, shape: Shape) -> str:
        """One document of ``shape``."""
        return self.fill(self._rng.choice(shape.templates), shape.lang).strip()

    def fill(self, template: str, lang: str, depth: int = 0) -> str:
        """``template`` with every slot filled; raises InputError for a slot nobody defines."""
        if depth > _MAX_DEPTH:
            raise InputError(f"grammar: slots of {lang} nest without end: {template!r}")
        return _SLOT.sub(lambda m: self._slot(m.group(1), m.group(2) or "", lang, depth), template)

    def _slot(self, name: str, how: str, lang: str, depth: int) -> str:
        if how == "?" and self._rng.random() < 0.5:
            return ""
        if name in self._made:
            return self._made[name]()
        entries = self._entries(name, lang)
        if how[:1] in {"*", "+"}:
            low, high = map(int, how[1:].split("-"))
            count = min(self._rng.randint(low, high), len(entries) * 3)
            picked = self._pick(entries, count)
            joined = "\n" if how[0] == "*" else " "
            return joined.join(self.fill(one, lang, depth + 1) for one in picked)
        return self.fill(self._rng.choice(entries), lang, depth + 1)

    def _pick(self, entries: Sequence[str], count: int) -> list[str]:
        if count <= len(entries):
            return self._rng.sample(entries, count)
        return [self._rng.choice(entries) for _ in range(count)]

    def _entries(self, name: str, lang: str) -> Sequence[str]:
        # Mixed speech draws each phrase from either language.
        order = self._rng.sample(("ru", "kk"), 2) if lang == "mixed" else [lang]
        for place in ("mixed", *order, "any") if lang == "mixed" else (lang, "any"):
            found = self._grammar.slots.get(place, {}).get(name)
            if found:
                return found
        raise InputError(f"grammar: no slot {name!r} in {lang}")

    def _tenge(self) -> str:
        amount = self._rng.randint(6, 120) * 500
        styles = (str(amount), f"{amount:,}".replace(",", " "), f"{amount:,}".replace(",", "."))
        return self._rng.choice((*styles, f"{amount // 1000}к"))

    def _small_tenge(self) -> str:
        amount = self._rng.randint(20, 2500) * 10
        return self._rng.choice((str(amount), f"{amount:,}".replace(",", " ")))

    def _handle(self) -> str:
        name = "".join(self._rng.choices(string.ascii_lowercase, k=self._rng.randint(5, 12)))
        return self._rng.choice(
            (f"@{name}", f"@{name}_bot", f"t.me/{name}", f"https://t.me/{name}")
        )

    def _host(self) -> str:
        name = "".join(self._rng.choices(string.ascii_lowercase, k=self._rng.randint(5, 12)))
        return f"{self._rng.choice(('', 'https://', 'www.'))}{name}.{self._rng.choice(_TLDS)}"

    def _onion(self) -> str:
        address = onion_from_public_key(self._rng.randbytes(32))
        return self._rng.choice((address, f"http://{address}/"))

    def _phone(self) -> str:
        digits = "".join(self._rng.choices(string.digits, k=7))
        code = self._rng.choice(("701", "702", "705", "707", "747", "775", "777"))
        return f"+7 {code} {digits[:3]} {digits[3:5]} {digits[5:]}"
