"""What reading channels needs to know, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.discovery import Platforms
from channels.wire import Pace
from net.client import NetConfig


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """Images of at most ``max_bytes``, of posts at or above ``threshold`` (None for the model's
    own) by the model in ``model_dir`` with the lexicons in ``lexicon_dir``."""

    max_bytes: int
    threshold: float | None
    model_dir: Path
    lexicon_dir: Path


@dataclass(frozen=True, slots=True)
class Options:
    """``base_url`` is what a username is appended to; ``evidence_root`` and ``journals`` are
    folders; ``max_pages`` bounds one visit, ``max_new_channels`` one run. ``night_ends`` is the
    time of day, and its zone, after which no channel is begun. ``images`` says how images of posts
    are taken, None that none are."""

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
    images: ImagePlan | None = None
