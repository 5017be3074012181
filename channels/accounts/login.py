"""Taking in an account: a person signs in, the session goes into the vault."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from channels.accounts import pool
from channels.accounts.plan import AccountsPlan
from channels.mtproto.signing_in import Ask, sign_in
from domain.clock import Clock, utc_now
from domain.errors import BoundaryError, VaultError

_REQUEST = re.compile(r" \(caused by \w+(\(\w*\))*\)$")


def log_in(plan: AccountsPlan, name: str, ask: Ask, *, actor: str, clock: Clock = utc_now) -> None:
    """Sign in and keep the account as ``name``.

    The vault must be prepared. All that can be refused is refused before anybody is asked.
    Raises what ``sign_in``, ``pool.enlist`` and the vault do.
    """
    pool.check_new(name)

    def keep(user_id: int, session: str) -> None:
        # the session first: an account without one would be lost, a session without one is not used
        plan.vault.store(name, session)
        try:
            pool.enlist(name, user_id, actor=actor, clock=clock)
        except BaseException:
            plan.vault.remove(name)
            raise

    with _quiet():
        try:
            sign_in(plan.newcomer(name), ask, keep)
        except VaultError:
            raise
        except BoundaryError as error:
            raise BoundaryError(_told(error, plan.proxy), permanent=error.permanent) from None


def _told(error: BoundaryError, proxy: str) -> str:
    """For the person who logs in: without the client's request, with the proxy on the way."""
    text = _REQUEST.sub("", str(error))
    if error.permanent or not proxy:
        return text
    parts = urlsplit(proxy)
    where = parts.netloc.rpartition("@")[2]  # the rest may be a password
    return f"{text}; the way leads through net.proxy, {parts.scheme}://{where}"


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings of the client between the questions: what ends a login is raised."""
    client = logging.getLogger("telethon")
    before = client.level
    client.setLevel(logging.ERROR)
    try:
        yield
    finally:
        client.setLevel(before)
