"""What reading channels needs to know, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.discovery import Platforms
from channels.wire import Pace
from net.client import NetConfig


@dataclass(frozen=True, slots=True)
class Options:
    """``base_url`` is what a username is appended to; ``evidence_root`` and ``journals`` are
    folders; ``max_pages`` bounds one visit, ``max_new_channels`` one run. ``night_ends`` is the
    time of day, and its zone, after which no channel is begun."""

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
