"""Failures of a download as outcomes, with whether trying again can help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from domain.captures import Outcome
from domain.errors import TransportError
from net.twisted_resolver import failure_of

_REASONS = {
    "address_refused": Outcome.ADDRESS_REFUSED,
    "onion_refused": Outcome.ADDRESS_REFUSED,
    "not_onion": Outcome.ADDRESS_REFUSED,
    "dns": Outcome.DNS,
    "timeout": Outcome.TIMEOUT,
    "tor_down": Outcome.TOR_DOWN,
    "onion_down": Outcome.ONION_DOWN,
    "onion_locked": Outcome.LOGIN_WALL,
    "too_large": Outcome.TOO_LARGE,
    "header_flood": Outcome.HEADER_FLOOD,
}
_CONNECTION = (DownloadConnectionRefusedError, DownloadFailedError, ConnectError, ConnectionClosed)
#: What h11 says of headers that fill its buffer.
_H11_FLOOD = "Receive buffer too long"


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a download failed. ``known`` is False for what should never happen."""

    outcome: Outcome
    detail: str
    transient: bool
    known: bool = True


def judge(error: BaseException, host: str, reactor: Any) -> Failed:
    """What ``error``, raised by a download from ``host``, amounts to."""
    if isinstance(error, TransportError):
        return _of_transport(error)
    if isinstance(error, CannotResolveHostError):
        why = failure_of(reactor, host)
        return _of_transport(why) if why else Failed(Outcome.DNS, str(error), transient=True)
    if isinstance(error, DownloadTimeoutError):
        return Failed(Outcome.TIMEOUT, str(error), transient=True)
    if isinstance(error, DownloadCancelledError):
        return Failed(Outcome.TOO_LARGE, str(error), transient=False)
    if isinstance(error, _CONNECTION):
        return _of_connection(error)
    detail = f"{type(error).__name__}: {error}"
    return Failed(Outcome.FAILED, detail, transient=False, known=False)


def _of_transport(error: TransportError) -> Failed:
    outcome = _REASONS.get(error.reason, Outcome.FAILED)
    return Failed(outcome, str(error), transient=not error.permanent)


def _of_connection(error: BaseException) -> Failed:
    detail = str(error) or type(error).__name__
    for reason in getattr(error.__cause__, "reasons", ()):  # Twisted's, where it cut an answer off
        if isinstance(reason.value, TransportError):
            return _of_transport(reason.value)
    if isinstance(error.__cause__, httpx2.ProtocolError) and _H11_FLOOD in detail:
        return Failed(Outcome.HEADER_FLOOD, detail, transient=False)
    return Failed(Outcome.CONNECTION, detail, transient=True)
