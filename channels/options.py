"""What reading channels needs to know, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.accounts.plan import AccountsPlan
from channels.discovery import Platforms
from channels.wire import Pace
from net.client import NetConfig


@dataclass(frozen=True, slots=True)
class AccountReading:
    """How accounts read: ``max_batches`` of 100 posts bound one visit, ``at_once`` the accounts
    that read at a time. Waits up to ``longest_wait_s`` are sat out; ``timeout_s`` is the longest
    that an answer is waited for."""

    plan: AccountsPlan
    max_batches: int = 10
    at_once: int = 4
    longest_wait_s: float = 5.0
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """``base_url`` is what a username is appended to; ``evidence_root`` and ``journals`` are
    folders; ``max_pages`` bounds one visit, ``max_new_channels`` one run. ``night_ends`` is the
    time of day, and its zone, after which no channel is begun. Without ``accounts`` channels that
    have no preview are not read."""

    net: NetConfig
    pace: Pace
    base_url: str
    max_pages: int
    max_new_channels: int
    platforms: Platforms
    evidence_root: Path
    rotate_bytes: int
    journals: Path
    night_ends: tuple[str, str] = ("", "UTC")
    accounts: AccountReading | None = None
