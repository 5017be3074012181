from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from telethon.crypto import rsa as known_keys

from channels.accounts.keys import KeySource
from channels.accounts.vault import Vault
from tests.crawlers.conftest import migrated
from tests.world.mtproto.server import TelegramDouble

__all__ = ["migrated"]


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    before = dict(known_keys._server_keys)
    with TelegramDouble() as running:
        yield running
    known_keys._server_keys.clear()
    known_keys._server_keys.update(before)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An empty vault with a key."""
    found = Vault(tmp_path / "data" / "accounts", KeySource(tmp_path / "data" / "accounts.key"))
    assert found.prepare()
    return found
