"""Counting a request in one statement, for the many that are well within their budget.

The five queries that the ORM makes of it take a fifth of the time in which a page is read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from channels.accounts.budgets import Budget, RequestClass, slot_end
from channels.models import AccountUse, AccountWait, TelegramAccount

_ACCOUNTS, _USES, _WAITS = (
    model._meta.db_table for model in (TelegramAccount, AccountUse, AccountWait)
)
_LOCK = f"SELECT id FROM {_ACCOUNTS} WHERE id = %s FOR UPDATE"  # noqa: S608 - names of tables
_SPEND = f"""
UPDATE {_USES} SET used = used + 1
WHERE account_id = %s AND kind = %s AND ends_at = %s
AND (SELECT SUM(used) FROM {_USES} WHERE account_id = %s AND kind = %s AND ends_at > %s) < %s
AND NOT EXISTS (SELECT 1 FROM {_WAITS} WHERE account_id = %s AND kind = %s AND until > %s)
AND EXISTS (SELECT 1 FROM {_ACCOUNTS} WHERE id = %s AND state = %s)
"""  # noqa: S608 - names of tables


def spent_at_once(account: int, kind: RequestClass, budget: Budget, now: datetime) -> bool:
    """Count a request where nothing stands against it and its slot is begun. False where the
    ledger has to look closer; then nothing is counted. In a transaction."""
    own = (account, str(kind))
    ends_at, since, until = map(_stored, (slot_end(budget, now), now - budget.window, now))
    active = (account, TelegramAccount.State.ACTIVE.value)
    given = (*own, ends_at, *own, since, budget.most, *own, until, *active)
    with connection.cursor() as cursor:
        if connection.features.has_select_for_update:
            cursor.execute(_LOCK, [account])
        cursor.execute(_SPEND, given)
        return bool(cursor.rowcount)


def _stored(moment: datetime) -> Any:
    """``moment`` as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment)
