"""All hostile sites: where they are, and what a crawler that survives them should report."""

from __future__ import annotations

from dataclasses import dataclass

from tests.world.content import Truth
from tests.world.exchange import Handler
from tests.world.hostile import (
    bombs,
    broken,
    floods,
    lies,
    markup,
    obstacles,
    redirects,
    scripts,
    traps,
)
from tests.world.scriptapp import browser_available
from tests.world.tor.onionkeys import OnionKey

DOCUMENTS = "documents"
METADATA_URL = "http://169.254.169.254/latest/meta-data/"
INTRANET_URL = "http://10.0.0.1/"
#: The onion whose page loads from the clearnet host, which nobody may ever ask for anything.
LEAKING_ONION, SPY_HOST = "leaking-onion", "spy.test"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile site. ``expect`` is what a seeds file says of it, in the seeds file's words."""

    host: str
    handler: Handler
    what: str
    truth: Truth = Truth.HOSTILE
    expect: str = DOCUMENTS

    @property
    def slug(self) -> str:
        return self.host.removesuffix(".test").removeprefix("*.")


def hostile_sites(port: int, *, onions: bool = False) -> list[Hostile]:
    """Every hostile site. ``port`` is the world's own, which redirects and scripts point at."""
    return [*_clearnet(port), *([_leaking_onion()] if onions else [])]


def _leaking_onion() -> Hostile:
    return Hostile(
        OnionKey.for_slug(LEAKING_ONION).address,
        scripts.onto_the_clearnet(SPY_HOST),
        "an onion whose script loads from the clearnet",
        expect=_scripted(),
    )


def _scripted() -> str:
    """What to expect of a page that a script writes."""
    return DOCUMENTS if browser_available() else "empty"


def _clearnet(port: int) -> list[Hostile]:
    return [*_bombs(), *_traps(), *_redirects(port), *_floods(), *_lies(), *_obstacles()]


def _bombs() -> list[Hostile]:
    """Bodies that are larger than they look."""
    return [
        Hostile("gzip-bomb.test", bombs.gzip_bomb, "1 GiB in 1 MB of gzip", expect="bomb"),
        Hostile("brotli-bomb.test", bombs.brotli_bomb, "1 GiB in brotli", expect="bomb"),
        Hostile("zstd-bomb.test", bombs.zstd_bomb, "1 GiB in 32 kB of zstd", expect="bomb"),
        Hostile("nested-bomb.test", bombs.nested_bomb, "1 GiB, packed twice", expect="bomb"),
        Hostile(
            "wide-window.test",
            bombs.wide_window,
            "zstd that asks for 128 MiB of memory",
            expect="undecodable",
        ),
        Hostile("many-codings.test", bombs.many_codings, "a hundred codings", expect="undecodable"),
        Hostile("deep-page.test", bombs.deep_page, "elements nested 900 000 deep"),
        Hostile("huge-page.test", bombs.huge_page, "100 MiB of HTML", expect="too_large"),
    ]


def _traps() -> list[Hostile]:
    """Links without end."""
    return [
        Hostile("calendar-trap.test", traps.calendar, "endless calendar"),
        Hostile("session-trap.test", traps.session_ids, "new session id in every link"),
        Hostile("pagination-trap.test", traps.pagination, "endless list, the cursor a word"),
        Hostile("numbers-trap.test", traps.numbered_pages, "endless list, numbered"),
        Hostile("path-trap.test", traps.growing_path, "paths that grow without end"),
        Hostile("trap-wild.test", traps.any_subdomain, "any subdomain answers"),
        Hostile("*.trap-wild.test", traps.any_subdomain, "any subdomain answers"),
    ]


def _redirects(port: int) -> list[Hostile]:
    """Ways that lead in circles, without end, or where a crawl must not go."""
    loopback = f"http://127.0.0.1:{port}/internal"
    return [
        Hostile("redirect-loop.test", redirects.loop, "redirect loop", expect="redirect"),
        Hostile(
            "redirect-metadata.test",
            redirects.to(METADATA_URL),
            "redirect to a cloud's metadata address",
            expect="redirect",
        ),
        Hostile(
            "redirect-intranet.test",
            redirects.to(INTRANET_URL),
            "redirect to a private address",
            expect="redirect",
        ),
        Hostile(
            "redirect-loopback.test",
            redirects.to(loopback),
            "redirect to the crawler's own machine",
            expect="redirect",
        ),
        Hostile("onward.test", redirects.onward, "redirects without end", expect="redirect"),
        Hostile(
            "redirect-script.test",
            redirects.to("javascript:alert(document.domain)"),
            "redirect to a script",
            expect="redirect",
        ),
        Hostile(
            "redirect-data.test",
            redirects.to("data:text/html,<h1>here</h1>"),
            "redirect to a data URL",
            expect="redirect",
        ),
        Hostile(
            "empty-refresh.test",
            redirects.empty_refreshes,
            "empty pages that refresh without end",
            expect="redirect",
        ),
        Hostile(
            "script-intranet.test",
            scripts.into_private_space(port),
            "scripts that reach for private addresses",
            expect=_scripted(),
        ),
        Hostile("meta-refresh.test", redirects.meta_refresh, "forty meta refreshes in a row"),
    ]


def _floods() -> list[Hostile]:
    """Answers that never end, or hardly begin."""
    return [
        Hostile("slow-drip.test", broken.slow_drip, "a few bytes a second", expect="timeout"),
        Hostile("header-flood.test", lies.header_flood, "400 kB of headers", expect="header_flood"),
        Hostile("long-header.test", floods.one_header, "endless header", expect="header_flood"),
        Hostile("interim.test", floods.interim, "endless interim answers", expect="header_flood"),
        Hostile(
            "chunk-extensions.test",
            floods.chunk_extensions,
            "chunks of a byte with extensions of 900",
            expect="too_large",
        ),
        Hostile(
            "long-chunk-line.test", floods.long_chunk_line, "endless extension", expect="truncated"
        ),
        Hostile("trailers.test", floods.trailers, "endless trailers", expect="truncated"),
        Hostile("slow-headers.test", floods.slow_headers, "a header a second", expect="timeout"),
    ]


def _lies() -> list[Hostile]:
    """Pages that are not what they say, or break what reads them."""
    innocent = Truth.INNOCENT
    return [
        Hostile("cut-off.test", lies.cut_off, "body shorter than promised", expect="truncated"),
        Hostile("poisoned-title.test", markup.poisoned_title, "script, bidi and NULs in the text"),
        Hostile("unclosed.test", markup.unclosed, "floods of what is opened and never closed"),
        Hostile("liar-picture.test", lies.picture_as_html, "PNG sent as HTML", expect="not_text"),
        Hostile("liar-html.test", lies.html_as_picture, "HTML sent as PNG", expect="not_text"),
        Hostile("wrong-charset.test", lies.charset, "cp1251 sent as utf-8", innocent),
        Hostile("odd-links.test", markup.odd_links, "links in schemes that are not http", innocent),
        Hostile("binary-links.test", markup.binary_links, "links to large files", innocent),
        Hostile("empty-page.test", broken.empty, "no body at all", innocent, "empty"),
        Hostile("error-500.test", broken.server_error, "status 500", innocent, "http_error"),
    ]


def _obstacles() -> list[Hostile]:
    """What stands before a page: innocent, and to be named."""
    innocent = Truth.INNOCENT
    return [
        Hostile("login-wall.test", markup.login_wall, "login form only", innocent, "login_wall"),
        Hostile("parked-name.test", obstacles.parked, "parked domain", innocent, "parked"),
        Hostile("seized.test", obstacles.seized, "seizure notice", innocent, "seized"),
        Hostile(
            "ddos-screen.test", obstacles.ddos_screen, "browser check", innocent, "interstitial"
        ),
        Hostile(
            "fresh-server.test",
            obstacles.default_page,
            "a server's own page",
            innocent,
            "default_page",
        ),
        Hostile(
            "suspended.test", obstacles.suspended, "200 with an error text", innocent, "http_error"
        ),
        Hostile("captcha-only.test", obstacles.captcha, "captcha", innocent, "captcha"),
        Hostile(
            "about-obstacles.test", obstacles.speaks_of_them, "an article about all these", innocent
        ),
    ]
