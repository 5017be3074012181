from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from domain.errors import InputError

if TYPE_CHECKING:
    from config.schema import Settings
    from crawlers.rendering.orders import RendererPlan


class CrawlersConfig(AppConfig):
    """The frontier's table; the crawl itself is a process of its own, see ``process``."""

    name = "crawlers"
    verbose_name = "Crawlers"


def check_proxy(settings: Settings) -> None:
    """Raise InputError for a proxy that a crawl cannot go through."""
    scheme, named, _ = settings.net.proxy.partition("://")
    if named and scheme not in ("http", "https"):
        raise InputError(
            f"net.proxy is a {scheme}:// proxy: sites are crawled directly or through an http:// "
            "or https:// one"
        )


def renderer_plan(settings: Settings) -> RendererPlan:
    """What ``settings`` say about rendering pages; ``for_run`` completes it.

    Imported here, so that commands which fetch nothing start without an HTTP client.
    """
    from crawlers.rendering.orders import Bounds, RendererPlan
    from net.addresses import TestNetwork
    from net.client import NetConfig

    net, render = settings.net, settings.render
    return RendererPlan(
        net=NetConfig(
            user_agent=net.user_agent,
            timeout_s=net.timeout_s,
            max_body_bytes=settings.crawl.max_body_bytes,
            test_networks=tuple(
                TestNetwork.of(one.name, one.cidr, one.hosts) for one in net.test_networks
            ),
            resolver_overrides=net.resolver_overrides,
            proxy=net.proxy,
            dns_servers=net.dns_servers,
            tor_socks=tuple(settings.tor.socks),
            tor_timeout_s=settings.tor.timeout_s,
        ),
        job="",
        journal="",
        user=render.user,
        pages_at_once=render.concurrency,
        unconfined=render.unconfined,
        bounds=Bounds(
            seconds=render.timeout_s,
            requests=render.max_requests,
            received=render.max_bytes,
            dom=settings.crawl.max_body_bytes,
            height=settings.evidence.screenshot_height,
            per_host=render.max_requests_per_host,
            at_once=render.concurrency_per_host,
        ),
        browser_bytes=render.browser_mb * 1_000_000,
    )
