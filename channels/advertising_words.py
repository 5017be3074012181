"""The words of the rule about who advertises: ``config/lexicons/messages/advertising.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from domain.errors import InputError

# Signs that say the same as the words of their table.
_QUESTION = r"\?"
_MARKS_OF_QUOTING = r"[«„“\"][^«»„“”\"]{12,}[»“”\"]|^\s*>|\A[^\n]{0,120}:\s*\n"
_LAUGHTER = r"[😂🤣🤪😹😆😁]|\){2,}"
_MARKS_OUT_OF_TEN = r"\d\s?/\s?(?:5|10)(?!\d)"


@dataclass(frozen=True, slots=True)
class AdvertisingWords:
    """Patterns of how to order, and of what an offer does not do: ask, tell, quote, joke."""

    orders: re.Pattern[str]
    asks: re.Pattern[str]
    tells: re.Pattern[str]
    quotes: re.Pattern[str]
    jokes: re.Pattern[str]

    @property
    def not_offering(self) -> tuple[re.Pattern[str], ...]:
        """The patterns that speak against an offer."""
        return self.asks, self.tells, self.quotes, self.jokes


def parse_words(text: str) -> AdvertisingWords:
    """The patterns of a TOML ``text``: a table with a list of ``words`` for each.

    Raises InputError naming the table that is missing, or whose words are no regular expressions.
    """
    tables = tomllib.loads(text)
    return AdvertisingWords(
        orders=_pattern(tables, "orders"),
        asks=_pattern(tables, "asks", _QUESTION),
        tells=_pattern(tables, "tells", _MARKS_OUT_OF_TEN),
        quotes=_pattern(tables, "quotes", _MARKS_OF_QUOTING),
        jokes=_pattern(tables, "jokes", _LAUGHTER),
    )


@lru_cache(maxsize=1)
def words() -> AdvertisingWords:
    """The words that ship, read when they are first asked for."""
    folder = resources.files("config") / "lexicons" / "messages"
    return parse_words((folder / "advertising.toml").read_text(encoding="utf-8"))


def _pattern(tables: dict[str, dict[str, list[str]]], name: str, also: str = "") -> re.Pattern[str]:
    try:
        alternatives = "|".join(tables[name]["words"])
        lead = f"{also}|" if also else ""
        pattern = rf"{lead}(?<!\w)(?:{alternatives})(?!\w)"
        return re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    except (KeyError, TypeError, re.error) as error:
        raise InputError(f"advertising words: [{name}]: {error}") from error
