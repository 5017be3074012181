"""Channels that a text calls its reserve: where a shop goes on when its channel is closed. Pure.

In Russian, Kazakh and English. Shops announce these on purpose, so the words are plain ones.
"""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"резерв\w*|запасн\w+|запаск\w+|переходник\w*|дублёр\w*|дублер\w*"
    r"|(?:нов(?:ый|ом|ого)|втор(?:ой|ом|ого)|основн(?:ой|ом|ого)|наш\s+друг(?:ой|ом))\s+канал\w*"
    r"|канал\w*\s+(?:переех\w+|переезжа\w+)|переезжаем|переехали"
    r"|(?:если|когда)\s+(?:\w+\s+){0,3}(?:забан\w+|заблок\w+|снес\w+|удал[яи]\w+|прикро\w+)"
    r"|на\s+случай\s+(?:блокировки|бана|удаления)"
    r"|қосалқы|резервтік|қосымша\s+арна\w*|жаңа\s+арна\w*|екінші\s+арна\w*|негізгі\s+арна\w*"
    r"|көшеміз|көштік|бұғатта(?:лса|са|п)\w*|жабылса|өшірілсе"
    r"|(?:backup|back-up|reserve|spare|new|second|main|mirror)\s+(?:channel|chat|group)s?"
    r"|moved?\s+to|we(?:\s+have|'ve)?\s+moved|in\s+case\s+of\s+(?:a\s+)?ban|if\s+(?:we\s+are|"
    r"this\s+(?:channel\s+)?is)\s+(?:banned|deleted|blocked)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:@|(?:https?://)?(?:t|telegram)\.me/(?:s/)?)([A-Za-z][A-Za-z0-9_]{3,31})(?![\w/])"
    r"|tg://resolve\?domain=([A-Za-z][A-Za-z0-9_]{3,31})",
    re.IGNORECASE,
)
_PARAGRAPHS = re.compile(r"\n\s*\n")
#: So many characters may stand between the words and the name that they are about.
_NEAR = 80


def reserve_names(text: str) -> tuple[str, ...]:
    """Usernames (lower case) that ``text`` calls a reserve, in the order in which they stand.

    In each paragraph the words speak of the nearest name within ``_NEAR`` characters.
    """
    found: dict[str, None] = {}
    if _NAME.search(text) is None:
        return ()
    for paragraph in _PARAGRAPHS.split(text):
        names = list(_NAME.finditer(paragraph))
        if not names:
            continue
        meant = {
            min(range(len(names)), key=lambda at: _gap(word, names[at]))
            for word in _WORDS.finditer(paragraph)
            if any(_gap(word, name) <= _NEAR for name in names)
        }
        for at in sorted(meant):
            found[(names[at][1] or names[at][2]).lower()] = None
    return tuple(found)


def _gap(word: re.Match[str], name: re.Match[str]) -> int:
    """Characters between the two, in either order."""
    return max(name.start() - word.end(), word.start() - name.end())


def speaks_of_reserve(text: str) -> bool:
    """Whether ``text``, such as a button's, speaks of a reserve at all."""
    return _WORDS.search(text) is not None
