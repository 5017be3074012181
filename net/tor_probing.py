"""Asking Tor clients whether they are there: a SOCKS greeting, and nothing beyond it."""

from __future__ import annotations

from net.socks import speaks_socks5
from net.tor_pool import TorPool

_PROBE_S = 5.0


def tor_answers(socks: str, timeout_s: float = _PROBE_S) -> bool:
    """Whether something at ``socks`` (``host:port``) answers a SOCKS5 greeting."""
    host, _, port = socks.rpartition(":")
    return speaks_socks5(host.strip("[]"), int(port), timeout_s)


def probe_tor(pool: TorPool, timeout_s: float = _PROBE_S) -> bool:
    """Ask every Tor client of ``pool``: take out those that are silent, put back those that are
    not. Returns whether one answers."""
    for client in pool.clients:
        if tor_answers(client, timeout_s):
            pool.put_back(client)
        else:
            pool.take_out(client)
    return len(pool.silent) < len(pool.clients)
