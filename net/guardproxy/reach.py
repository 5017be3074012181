"""What a page may reach while it is rendered. Pure: addresses are judged when connecting."""

from __future__ import annotations

from dataclasses import dataclass

from domain.onion import is_onion, is_valid_onion_v3
from net.backends import isolation

_LOOKING = frozenset({"GET", "HEAD"})
_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Kinds of bodies that a page may need to show its text.
_TEXTUAL = (
    "text/",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "application/json",
    "application/xml",
    "application/xhtml+xml",
    "application/manifest+json",
    "application/wasm",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a page of ``host`` may reach: of an onion service only itself, of the clearnet no
    onions. ``images`` says whether pictures are let through, ``site`` is the registrable domain
    whose documents may stand in its frames (``host`` alone where it is empty)."""

    host: str
    images: bool = False
    site: str = ""

    def against_host(self, host: str) -> str:
        """Why ``host`` is out of reach, in a few words; empty where it is not."""
        if not is_onion(self.host):
            return "onion from the clearnet" if is_onion(host) else ""
        if not is_onion(host):
            return "clearnet from an onion"
        if not is_valid_onion_v3(host):
            return "no onion service"
        same = isolation(host, "")[0] == isolation(self.host, "")[0]
        return "" if same else "another onion"

    def shows(self, host: str) -> bool:
        """Whether documents of ``host`` belong to what the page shows its reader."""
        if is_onion(self.host):
            return not self.against_host(host)
        site = self.site or self.host
        return host == site or (bool(self.site) and host.endswith(f".{site}"))

    def against_document(self, host: str) -> str:
        """Why a document of ``host`` is not loaded, be it by a frame or by a redirect."""
        return "" if self.shows(host) else "document of another site"

    def against_request(
        self, method: str, accept: str, *, upgrade: bool, body: bool, announced: str = ""
    ) -> str:
        """Why a request is not sent: it would change something, or ask for what is not kept.

        ``announced`` is the method that a preflight (Access-Control-Request-Method) asks leave
        for: there is no point in asking where the request itself will not be sent.
        """
        if upgrade:
            return "WebSocket"
        if announced and announced not in _LOOKING:
            return f"method {announced}"[:40]
        if method not in _METHODS or body:
            return f"method {method}"[:40]
        if not self.images and accept.startswith("image/"):
            return "picture"
        return ""

    @property
    def policy(self) -> str:
        """A Content-Security-Policy for answers: where no pictures are wanted, none are shown that
        stand in a page's own text either (``data:``, ``blob:``). Those that are fetched are left
        to be refused, and counted, one by one."""
        return "" if self.images else "img-src http: https:; media-src http: https:"

    def against_answer(self, content_type: str) -> str:
        """Why the body of an answer is not read."""
        kind = content_type.partition(";")[0].strip().lower()
        if not kind or kind.startswith(_TEXTUAL) or kind.endswith(("+json", "+xml")):
            return "picture" if kind == "image/svg+xml" and not self.images else ""
        if self.images and kind.startswith("image/"):
            return ""
        return "not text"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bounds of one page: requests sent, bytes received, seconds from its start to its end;
    requests to any one host, and how many of those at a time."""

    requests: int
    received: int
    seconds: float
    per_host: int = 60
    at_once: int = 3
