"""Which pages are nothing without JavaScript. Pure.

Only a page that shows next to nothing is looked at closer, so that one with a text of its own is
never rendered, whatever scripts it carries.
"""

from __future__ import annotations

import re

from crawlers.extraction import Page

#: More visible text than this, or more links, is a page of its own.
MOST_TEXT, MOST_LINKS = 500, 12
_LOOKED_AT = 400_000
_ROOT_NAMES = (
    r"root|app|application|main-app|app-root|react-root|react-app|vue-app|q-app|svelte|sapper"
    r"|__next|__nuxt|___gatsby|ember-app|ng-app|spa|mount|page-root|shop-root|store"
)
_EMPTY_ROOT = re.compile(
    rf"<(div|main|section)\b[^>]*\bid\s*=\s*[\"']?(?:{_ROOT_NAMES})[\"']?(?=[\s>])[^>]*>"
    r"(?:\s|<!--.{0,200}?-->)*</\1\s*>"
    # custom elements that a script fills, in their shadow tree or beside it
    r"|<((?:app|shop|store|catalog|main|root)-\w+|[a-z]\w*-(?:app|root|shop|store|catalog|goods))"
    r"(?:\s[^>]*)?>\s*</\2\s*>",
    re.IGNORECASE | re.DOTALL,
)
_NOTICE = re.compile(
    r"(enable|turn on|requires?|needs?|without|activate)\s+(your\s+browser'?s?\s+)?java\s?script"
    r"|java\s?script\s+(is\s+)?(required|disabled|not enabled|must be enabled|to run this)"
    r"|включ\w+\s+(поддержку\s+)?java\s?script|java\s?script\s+(отключ|выключ|необходим|не включ)"
    r"|(нужен|требуется|необходим)\s+java\s?script|без\s+java\s?script"
    r"|java\s?script\w*\s+(қосы|қажет|өшірул|керек)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"\bsrc\s*=", re.IGNORECASE)
_DATA = re.compile(r"type\s*=\s*[\"']?application/(ld\+)?json", re.IGNORECASE)
#: Of this many characters of script to one of text a page is mostly script.
_HEAVY_SHARE, _HEAVY = 20, 4_000
_NEXT_TO_NOTHING = 30


def need(page: Page, markup: str) -> str:
    """Why ``page``, read from ``markup``, has to be rendered; empty where it has not."""
    text = page.document.text
    if len(text) > MOST_TEXT or len(page.document.links) > MOST_LINKS or not page.scripts:
        return ""
    if page.forms or page.passwords:
        return ""  # it asks its reader for something, and nobody answers
    head = markup[:_LOOKED_AT]
    if _EMPTY_ROOT.search(head):
        return "empty application root"
    if _NOTICE.search(text):
        return "asks for JavaScript"
    inline, files = _weight(head)
    if len(text) <= _NEXT_TO_NOTHING and (files or inline > _HEAVY):
        return "scripts and no text"
    if inline > max(_HEAVY, len(text) * _HEAVY_SHARE):
        return "thin text, heavy script"
    return ""


def _weight(markup: str) -> tuple[int, int]:
    """Characters of script on the page, and how many scripts it loads."""
    inline = files = 0
    for attributes, body in _SCRIPT.findall(markup):
        if _SOURCE.search(attributes):
            files += 1
        elif not _DATA.search(attributes):
            inline += len(body)
    return inline, files
