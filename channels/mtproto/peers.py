"""Channels that an answer of the API shows, and how an account addresses them from now on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telethon.tl import types

from channels.accounts.ledger import Ledger
from channels.mtproto.mapping import username_of


def remembered(chats: Iterable[Any], ledger: Ledger) -> list[Any]:
    """The channels and public groups among ``chats``; ``ledger`` remembers how its account
    addresses each, so that none of them need be resolved."""
    shown = [one for one in chats if isinstance(one, types.Channel)]
    for chat in shown:
        if chat.access_hash is not None and not chat.min:
            ledger.remember(chat.id, chat.access_hash, username_of(chat))
    return shown
