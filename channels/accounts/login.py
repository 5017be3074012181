"""Taking in an account: a person signs in, the session goes into the vault."""

from __future__ import annotations

from channels.accounts import pool
from channels.accounts.plan import AccountsPlan
from channels.mtproto.signing_in import Ask, sign_in
from domain.clock import Clock, utc_now


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

    sign_in(plan.newcomer(name), ask, keep)
