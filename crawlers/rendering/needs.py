"""Which pages are nothing without JavaScript. Pure.

Only a page that shows next to nothing is looked at closer, so that one with a text of its own is
never rendered, whatever scripts it carries.
"""

from __future__ import annotations

import re

from crawlers.extraction import Page

#: More visible text than this, or more links, is a page of its own.
MOST_TEXT, MOST_LINKS = 500, 12
_NOTICE = re.compile(
    r"(enable|turn on|requires?|needs?|without|activate)\s+(your\s+browser'?s?\s+)?java\s?script"
    r"|java\s?script\s+(is\s+)?(required|disabled|not enabled|must be enabled|to run this)"
    r"|включ\w+\s+(поддержку\s+)?java\s?script|java\s?script\s+(отключ|выключ|необходим|не включ)"
    r"|(нужен|требуется|необходим)\s+java\s?script|без\s+java\s?script"
    r"|java\s?script\w*\s+(қосы|қажет|өшірул|керек)",
    re.IGNORECASE,
)
#: Of this many characters of script to one of text a page is mostly script.
_HEAVY_SHARE, _HEAVY = 20, 4_000
_NEXT_TO_NOTHING = 30


def need(page: Page) -> str:
    """Why ``page`` has to be rendered; empty where it has not."""
    text = page.document.text
    if len(text) > MOST_TEXT or len(page.document.links) > MOST_LINKS or not page.scripts:
        return ""
    if page.forms or page.passwords:
        return ""  # it asks its reader for something, and nobody answers
    if page.empty_root:
        return "empty application root"
    if _NOTICE.search(text):
        return "asks for JavaScript"
    inline = page.script_length
    if len(text) <= _NEXT_TO_NOTHING and (page.script_files or inline > _HEAVY):
        return "scripts and no text"
    if inline > max(_HEAVY, len(text) * _HEAVY_SHARE):
        return "thin text, heavy script"
    return ""
