"""The sample world as one thing: start it, ask what is true in it, stop it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.world import search, telegram
from tests.world.accesslog import Access, HostCount, read_log
from tests.world.accounts import Accounts
from tests.world.addresses import Addresses, addresses_of
from tests.world.content import CAPTCHA_SITE, CONTENT, Content, Truth, load
from tests.world.exchange import Handler
from tests.world.hostile.catalogue import LEAKING_ONION, Hostile, hostile_sites
from tests.world.render import render_site
from tests.world.scriptapp import script_app
from tests.world.seeding import seeds_toml, to_toml
from tests.world.server import WorldServer
from tests.world.sites import behind_captcha, moved_to, site_handler
from tests.world.tornet import TorNetwork, tor_available
from tests.world.truth import Fact, facts, seed_refs

PREVIEW_BASE = f"http://{telegram.HOST}/s/"
TOR_CACHE = Path(__file__).resolve().parents[2] / "build" / "tor"
_PATTERNS = ("*.test", "*.example")


class World:
    """A context manager: inside it the world is up, its access log in ``folder/access.log``.

    ``tor`` says whether onion sites are served on a private Tor network (None: where the
    program is installed). ``latency_ms`` delays every answer. ``now`` dates the channels' posts.
    ``accounts`` are the names of accounts at a Telegram server, which is there if there are any.
    ``renamed`` says whether channels have changed their names yet (see ``rename``).
    """

    def __init__(
        self,
        folder: Path,
        *,
        tor: bool | None = None,
        latency_ms: float = 0.0,
        port: int = 0,
        now: datetime | None = None,
        content: Path = CONTENT,
        tor_cache: Path = TOR_CACHE,
        accounts: Sequence[str] = (),
        renamed: bool = True,
    ) -> None:
        self.log_path = folder / "access.log"
        self.content: Content = load(content)
        self.addresses: Addresses = addresses_of(self.content)
        self.tor: TorNetwork | None = None
        self.started_in_s = 0.0
        self._with_tor = tor_available() if tor is None else tor
        self._tor_cache = tor_cache
        folder.mkdir(parents=True, exist_ok=True)
        self._now = now or datetime.now(UTC)
        self._shown = self.content if renamed else self.content.before_renames()
        self.accounts: Accounts | None = None
        if accounts:
            self.accounts = Accounts(folder, accounts, self._shown, self.addresses)
        handlers = _handlers(self.content, self.addresses)
        handlers[telegram.HOST] = self._telegram()
        self.server = WorldServer(handlers, self.log_path, latency_ms, port)
        self._hostiles: list[Hostile] = []
        self._stack = ExitStack()

    def __enter__(self) -> World:
        began = time.monotonic()
        with ExitStack() as undo:
            undo.callback(self.server.stop)
            if self.accounts:
                undo.enter_context(self.accounts)
            port = self.server.start()
            self._hostiles = hostile_sites(port, onions=self._with_tor)
            self.server.add({hostile.host: hostile.handler for hostile in self._hostiles})
            if self._with_tor:
                slugs = [site.slug for site in self.content.sites.values() if site.onion]
                slugs.append(LEAKING_ONION)
                self.tor = undo.enter_context(TorNetwork(self._tor_cache, slugs, port))
            self._stack = undo.pop_all()
        self.started_in_s = time.monotonic() - began
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def onions(self) -> Mapping[str, str]:
        """Host names of the onion sites that can be reached, by slug."""
        known = self.tor.onions if self.tor else {}
        return {slug: host for slug, host in known.items() if slug in self.content.sites}

    def rename(self) -> None:
        """Let channels change their names, and others take them over, as the texts say."""
        self._shown = self.content
        self.server.add({telegram.HOST: self._telegram()})
        if self.accounts:
            self.accounts.chats.rename(self.content)

    def _telegram(self) -> Handler:
        return telegram.telegram_handler(self._shown, self.addresses, self._now)

    def truth(self) -> list[Fact]:
        """Everything in the world: shops, innocents, hostiles."""
        return facts(
            self.content,
            self.addresses,
            self._hostiles,
            PREVIEW_BASE,
            onions=self.tor is not None,
            accounts=self.accounts is not None,
        )

    def seeds(self, *, hostile: bool = False, innocent: bool = False) -> list[Fact]:
        """What a night begins with: the author's choice, the captcha shop, and what is asked."""
        chosen = seed_refs(self.content, onions=self.tor is not None)
        moved = {fact.moves_to for fact in self.truth()}
        extra = set(self.content.seeds.innocent) if innocent else set()
        return [
            fact
            for fact in self.truth()
            if (fact.ref in chosen and fact.key not in moved)
            or fact.slug == CAPTCHA_SITE
            or (fact.ref is not None and fact.slug in extra)
            or (hostile and fact.ref is None)
        ]

    def seeds_toml(
        self, *, hostile: bool = False, innocent: bool = False, searches: Iterable[str] = ()
    ) -> str:
        """The seeds as a seeds file."""
        return seeds_toml(self.seeds(hostile=hostile, innocent=innocent), searches)

    def settings(self) -> dict[str, Any]:
        """The settings that lead narcowatch into this world and nowhere else."""
        here = f"127.0.0.1:{self.port}"
        return {
            "net": {
                "test_networks": [
                    {"name": "world", "cidr": "127.0.0.0/8", "hosts": list(_PATTERNS)}
                ],
                "resolver_overrides": dict.fromkeys(_PATTERNS, here),
            },
            "tor": ({"enabled": "on", "socks": self.tor.socks} if self.tor else {"enabled": "off"}),
            "channels": {
                "preview_base_url": PREVIEW_BASE,
                "delay_s": 0.0,
                **({"telegram": self.accounts.settings()} if self.accounts else {}),
            },
            "crawl": {"delay_s": 0.0, "concurrency_per_address": 64},
        }

    def settings_toml(self, **more: Any) -> str:
        """``settings`` as narcowatch.toml, with keys and tables added."""
        own = self.settings()
        tables = {
            name: {**more[name], **table}
            for name, table in own.items()
            if isinstance(table, dict) and isinstance(more.get(name), dict)
        }
        return to_toml({**more, **own, **tables})

    def served(self) -> dict[str, HostCount]:
        """What has been served so far, by host."""
        return self.server.log.counts()

    def accesses(self) -> list[Access]:
        """The access log so far: one entry for each response that has ended."""
        return read_log(self.log_path)

    def write(self, folder: Path, *, hostile: bool = False) -> None:
        """Write narcowatch.toml, seeds.toml and world.json into ``folder``."""
        config = self.settings_toml(data_dir=str(folder.resolve() / "data"))
        (folder / "narcowatch.toml").write_text(config, encoding="utf-8")
        (folder / "seeds.toml").write_text(self.seeds_toml(hostile=hostile), encoding="utf-8")
        (folder / "world.json").write_text(json.dumps(self.describe(), indent=1), encoding="utf-8")

    def describe(self) -> dict[str, Any]:
        """Ports, process ids and the truth, as JSON takes them."""
        return {
            "port": self.port,
            "started_in_s": round(self.started_in_s, 2),
            "access_log": str(self.log_path.resolve()),
            "tor": {"socks": self.tor.socks, "pids": self.tor.pids} if self.tor else None,
            "onions": dict(self.onions),
            "accounts": self.accounts.sessions if self.accounts else {},
            "truth": {
                str(fact.key): {
                    "truth": fact.truth,
                    "slug": fact.slug,
                    "url": fact.url,
                    "what": fact.what,
                    "findable": fact.findable,
                }
                for fact in self.truth()
            },
        }

    def findable(self) -> list[Fact]:
        """The shops and channels that a night must queue."""
        return [fact for fact in self.truth() if fact.findable]

    def harmless(self) -> list[Fact]:
        """All that a night must not queue."""
        return [fact for fact in self.truth() if fact.truth is not Truth.SHOP]


def _handlers(content: Content, addresses: Addresses) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    indexed: dict[str, str] = {}
    for site in content.sites.values():
        host = addresses.hosts[site.slug]
        pages = render_site(site, content, addresses)
        handler = site_handler(host, pages, site.mirror_of or site.slug)
        hidden = site.slug == CAPTCHA_SITE
        if site.scripted:
            handler = script_app(pages, handler)
        handlers[host] = behind_captcha(handler) if hidden else handler
        if site.formerly:
            handlers[site.formerly] = moved_to(f"http://{host}/")
        if not (site.onion or hidden or site.scripted):
            indexed.update({f"http://{host}{target}": page for target, page in pages.items()})
    handlers[search.HOST] = search.search_handler(indexed)
    return handlers
