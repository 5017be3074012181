"""What can go wrong with a request of an account: a small closed set.

::

    BoundaryError
    ├── AccountLost      the account is banned, or its session is no longer good
    ├── Flooded          the account must wait before it asks for this class again
    ├── Unreachable      no connection, or no answer in time
    ├── ServerFailed     the server failed over this request (RPC 500)
    ├── Unreadable       the answer holds what this version of the schema does not know
    └── Refused          any other error of the API, by its name
"""

from __future__ import annotations

import asyncio
from typing import Any

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from telethon import errors
from telethon.errors.rpcerrorlist import rpc_errors_dict

from domain.errors import BoundaryError

_NAMES: dict[type[Any], str] = {kind: name for name, kind in rpc_errors_dict.items()}
#: PEER_FLOOD names no time; accounts that got it were let in again after days.
_PEER_FLOOD_S = 24 * 3600
_SERVER_FAILED = 500
#: What is said of the account itself (https://core.telegram.org/api/errors), and nothing else: the
#: codes 401 and 406 have other reasons, too, and the client does not know the names of all.
_LOST_PREFIXES = ("AUTH_KEY_", "USER_DEACTIVATED", "FROZEN_")
_LOST = frozenset({"SESSION_EXPIRED", "SESSION_PASSWORD_NEEDED", "SESSION_REVOKED"})


class AccountLost(BoundaryError):
    """The account can ask for nothing any more; ``name`` is the API's word for why. ``answer``
    tells that it was the answer to a request, not to connecting."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the account is lost: {name}", permanent=True)
        self.name, self.answer = name, False


class Flooded(BoundaryError):
    """The API says to wait ``seconds`` before a request of this class."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the API says to wait {seconds} s")
        self.seconds = seconds


class Unreachable(BoundaryError):
    """The server cannot be connected to, or did not answer."""


class ServerFailed(BoundaryError):
    """The server failed; ``name`` is what it said."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"the server failed: {code} {name}")
        self.code, self.name = code, name


class Unreadable(BoundaryError):
    """An answer that cannot be read, whatever it was."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the answer cannot be read: {why}", permanent=True)


class Refused(BoundaryError):
    """The API refused the request with ``code`` and ``name``, such as CHANNEL_PRIVATE."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"refused: {code} {name}", permanent=True)
        self.code, self.name = code, name


def failure_of(error: Exception) -> BoundaryError:
    """What an exception of the client means here."""
    match error:
        case errors.MultiError():
            return failure_of(next(one for one in error.exceptions if one is not None))
        case errors.FloodWaitError() | errors.FloodPremiumWaitError():
            return Flooded(error.seconds)
        case errors.PeerFloodError():
            return Flooded(_PEER_FLOOD_S)
        case errors.RPCError():
            return _of_the_api(error)
        case errors.AuthKeyNotFound():
            return AccountLost("AUTH_KEY_NOT_FOUND")
        case ProxyError() | ProxyConnectionError() | ProxyTimeoutError():
            return Unreachable(f"the proxy does not let through: {error}".rstrip(": "))
        case OSError() | asyncio.IncompleteReadError() | asyncio.TimeoutError():
            return Unreachable(f"no connection: {type(error).__name__} {error}".rstrip())
        case errors.InvalidBufferError() | errors.BadMessageError() | errors.SecurityError():
            return Unreachable(f"the connection broke: {error}")
        case errors.TypeNotFoundError():
            return Unreadable(f"constructor {error.invalid_constructor_id:08x} is not known")
    return Unreadable(f"{type(error).__name__} {error}"[:200].rstrip())


def _of_the_api(error: Any) -> BoundaryError:
    name = _NAMES.get(type(error)) or str(error.message)
    code = abs(error.code or 0)
    if name.startswith(_LOST_PREFIXES) or name in _LOST:
        return AccountLost(name)
    if code >= _SERVER_FAILED:
        return ServerFailed(code, name)
    return Refused(code, name)
