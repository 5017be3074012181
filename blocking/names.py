"""Host names as trees: which names stand above and below one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def above(host: str) -> Iterator[str]:
    """The names above ``host``, nearest first: ``a.b.c`` gives ``b.c`` and ``c``."""
    _, dot, rest = host.partition(".")
    while dot:
        yield rest
        _, dot, rest = rest.partition(".")


def self_and_above(host: str) -> Iterator[str]:
    """``host`` and the names above it."""
    yield host
    yield from above(host)


def all_above(hosts: Iterable[str]) -> frozenset[str]:
    """Every name that stands above one of ``hosts``: what would cover it with a wildcard."""
    return frozenset(name for host in hosts for name in above(host))


def is_below(host: str, name: str) -> bool:
    """Whether ``host`` stands below ``name`` (and is not it)."""
    return host.endswith(f".{name}")
