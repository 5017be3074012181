"""The way out that a URL takes, and a fetcher that takes it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from domain.captures import Egress
from domain.errors import TransportError
from domain.onion import is_onion
from net.client import Fetched, NetConfig, build_client, build_onion_client, fetch
from net.tor_pool import TorPool

_PROBE_S = 5.0


def choose(url: str, proxy: str = "") -> Egress:
    """TOR for onion services; PROXY for the rest where there is one, else DIRECT.

    Raises TransportError with reason ``bad_url`` for what is no URL.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError as error:
        message = f"fetching {url}: {error}"
        raise TransportError(message, reason="bad_url", permanent=True) from error
    if is_onion(host):
        return Egress.TOR
    return Egress.PROXY if proxy else Egress.DIRECT


def port_answers(where: str, timeout_s: float = _PROBE_S) -> bool:
    """Whether something at ``where`` (``host:port``) accepts connections."""
    host, _, port = where.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout_s):
            return True
    except OSError:
        return False


class Fetcher:
    """Fetches URLs, each by the way that ``choose`` names. Safe to use from several threads."""

    def __init__(self, config: NetConfig, job: str = "narcowatch") -> None:
        self._config = config
        self._clearnet = build_client(config)
        self._onions = build_onion_client(config, TorPool(config.tor_socks, job))

    def fetch(
        self,
        url: str,
        *,
        max_bytes: int | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Fetched:
        """See ``net.client.fetch``; limits are the configuration's unless given."""
        limit = self._config.max_body_bytes if max_bytes is None else max_bytes
        client = self._onions if choose(url) is Egress.TOR else self._clearnet
        return fetch(client, url, limit, headers=headers, timeout_s=timeout_s)

    def close(self) -> None:
        self._clearnet.close()
        self._onions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
