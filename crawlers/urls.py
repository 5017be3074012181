"""URLs as a crawl sees them: which may be followed, and which are the same page over again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urljoin, urlsplit

from domain.digests import sha256_hex
from domain.errors import KeyFormatError
from domain.targets import TargetKey, canonical_url, site_key

_DIGITS = re.compile(r"\d+")
#: Long runs of letters and digits mixed: session ids, tokens, digests.
_TOKEN = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{16,}", re.IGNORECASE)
_SESSION_PARAMETER = re.compile(
    r"(?i)^(phpsessid|jsessionid|aspsessionid\w*|sid|sess(ion)?_?id|osCsid|zenid)$"
)
_MATRIX_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_DEEPEST_PATH = 16
_MOST_REPEATS = 3
_PATTERN_LENGTH = 16
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
_NOT_PAGES = re.compile(
    r"(?i)\.(jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|avi|mov|mkv|webm|og[gv]|wav"
    r"|flac|pdf|docx?|xlsx?|pptx?|zip|rar|7z|t?gz|bz2|xz|tar|exe|msi|apk|dmg|iso|deb|rpm|bin"
    r"|woff2?|ttf|otf|eot|css|js|mjs|map|swf|wasm)$"
)


class NotFollowed(Exception):
    """A link that is not followed; ``reason`` is what it is counted under."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def absolute(base: str, href: str) -> str:
    """``href`` on the page ``base`` as an absolute URL. Raises NotFollowed."""
    scheme = _SCHEME.match(href)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise NotFollowed(f"{_known_scheme(scheme[1])} link")
    try:
        return urljoin(base, re.sub(r"[\t\r\n]", "", href.strip()))
    except ValueError as error:
        raise NotFollowed("broken link") from error


def _known_scheme(scheme: str) -> str:
    name = scheme.lower()
    known = {"javascript", "data", "mailto", "tel", "tg", "ftp", "file", "blob", "magnet", "about"}
    return name if name in known else "other"


def followable(url: str) -> str:
    """``url`` in canonical form, session ids taken out. Raises NotFollowed."""
    try:
        canonical = canonical_url(_without_session(url))
    except KeyFormatError as error:
        raise NotFollowed("broken link") from error
    path = urlsplit(canonical).path
    if _NOT_PAGES.search(path):
        raise NotFollowed("not a page")
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > _DEEPEST_PATH or any(
        segments.count(segment) > _MOST_REPEATS for segment in set(segments)
    ):
        raise NotFollowed("path trap")
    return canonical


@dataclass(frozen=True, slots=True)
class Placed:
    """A URL in canonical form with its site, or why it is not followed."""

    url: str = ""
    site: TargetKey | None = None
    reason: str = ""


@lru_cache(maxsize=20_000)
def placed(url: str) -> Placed:
    """``followable`` with the URL's site. Remembered: pages of a site link the same pages."""
    try:
        canonical = followable(url)
        return Placed(canonical, site_key(canonical))
    except NotFollowed as error:
        return Placed(reason=error.reason)


def _without_session(url: str) -> str:
    url = _MATRIX_SESSION.sub("", url.strip())
    try:
        parts = urlsplit(url)
        query = parts.query
    except ValueError as error:
        raise NotFollowed("broken link") from error
    if not query:
        return url
    kept = [
        pair
        for pair in query.split("&")
        if not (_SESSION_PARAMETER.match(pair.partition("=")[0]) and _is_token(pair))
    ]
    return parts._replace(query="&".join(kept)).geturl()


def _is_token(pair: str) -> bool:
    value = pair.partition("=")[2]
    return len(value) >= 8 and value.isalnum()


def pattern(url: str) -> str:
    """The same short string for all URLs that differ in numbers and tokens alone."""
    parts = urlsplit(url)
    names = sorted(
        f"{_DIGITS.sub('0', name)}={_collapsed(value)}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    shape = f"{parts.netloc}{_collapsed(parts.path)}?{'&'.join(names)}"
    return sha256_hex(shape.encode("utf-8", "replace"))[:_PATTERN_LENGTH]


def _collapsed(text: str) -> str:
    return _DIGITS.sub("0", _TOKEN.sub("0", text))
