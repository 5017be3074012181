"""What reading channels needs to know, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.accounts.plan import AccountsPlan
from channels.discovery import Platforms
from channels.snowball.rings import Caps
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
    folders; ``max_pages`` bounds one visit, ``caps`` what one run finds on the way, of which the
    share ``explore`` is looked at by chance. ``model`` are the folders of the model and of the
    lexicons that posts are scored with, None for none. ``night_ends`` is the time of day, and its
    zone, after which no channel is begun. Without ``accounts`` channels that have no preview are
    not read; they resolve at most ``max_resolves`` names found on the way, and
    ask about at most ``max_similar`` channels which ones are similar, and search for channels
    that are called as ``searches`` say. ``images`` says how
    images of posts are taken, None that none are."""

    net: NetConfig
    pace: Pace
    base_url: str
    max_pages: int
    caps: Caps
    explore: float
    platforms: Platforms
    evidence_root: Path
    rotate_bytes: int
    journals: Path
    model: tuple[Path, Path] | None = None
    night_ends: tuple[str, str] = ("", "UTC")
    accounts: AccountReading | None = None
    max_resolves: int = 100
    max_similar: int = 20
    searches: tuple[str, ...] = ()
    images: ImagePlan | None = None
