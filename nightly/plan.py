"""What a night needs to know, as plain values: entry points make it from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from blocking.plan import ExportPlan
from channels.snowball.rings import Caps
from domain.bands import Costs
from domain.platforms import Platforms
from domain.rechecks import Rules, Schedule
from domain.retention import Days
from nightly.alarms import Alarms


@dataclass(frozen=True, slots=True)
class FileRules:
    """Bounds of files of tips and of certificates. ``platforms`` are no site of anybody."""

    platforms: Platforms
    max_lines: int
    max_bytes: int
    max_hosts_per_domain: int


@dataclass(frozen=True, slots=True)
class SendingRules:
    """How tips and appeals from outside are taken. ``platforms`` are no site of anybody; appeals
    are due after ``appeal_days``; what has had its outcome for ``keep_days`` is erased where it was
    sent."""

    platforms: Platforms
    appeal_days: int
    keep_days: int


@dataclass(frozen=True, slots=True)
class Deadlines:
    """From when on the report says that something is overdue: answers of ``recipients``, which are
    those that the settings name, after ``answer_days``, open proposals after ``proposal_days``."""

    recipients: tuple[str, ...]
    answer_days: int = 3
    proposal_days: int = 7


#: Where nothing is sent to anybody.
NOBODY = Deadlines(())


if TYPE_CHECKING:
    from blocking.delivery.way import Way
    from blocking.signing.seal import Seal
    from crawlers.rendering.orders import RendererPlan
    from review.alerts.plan import AlertPlan


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """How cases are photographed: at ``most`` so many a night, or none for the ``obstacle``."""

    obstacle: str
    most: int
    renderer: RendererPlan
    is_restricted: Callable[[str], bool]
    rotate_bytes: int


def _unsigned() -> None:
    """Nothing signs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths, limits and thresholds of a night.

    ``review_threshold`` None means the model's own. ``tie_threshold`` is the score from which a
    target tied to selling ones, or a near copy of one, is queued. ``fingerprint_days`` is how long
    the fingerprints of pages are kept that nobody was asked about. ``rounds`` bounds how often
    sites and channels take turns in feeding each other with candidates, ``channel_caps`` the
    channels found on the way, ``channel_searches`` are what accounts search for. ``night_ends`` is
    the time of day, and its zone, after which nothing new is fetched. ``dormant_days`` without a
    post make a channel dormant. ``tor_required`` says that a silent Tor fails the run. ``schedule``
    says when known cases are looked at again, ``recheck`` what follows from it. ``max_tips`` bounds
    the targets taken in from tips. ``retention`` says for how many days each class of data is kept,
    ``drift`` from where on the report warns of the classifier. ``costs`` say who is queued and who
    first, where the threshold alone does not. ``alerts`` says how people are told of new hits of
    their saved searches, ``sendings`` how what is sent from outside is taken. ``ways`` are those by
    which releases go to their recipients, signed as ``seal`` says when it is asked. ``vantages``
    are how many there are to look at blocks from. ``deadlines`` say from when on the report names
    what people and recipients have yet to do.
    """

    data_dir: Path
    evidence_root: Path
    index_url: str
    index_path: Path
    model_dir: Path
    lexicon_dir: Path
    review_threshold: float | None
    tie_threshold: float
    max_pages: int
    max_new_sites: int
    channel_caps: Caps
    channel_searches: tuple[str, ...]
    follow_discovered: bool
    exports: ExportPlan
    schedule: Schedule
    recheck: Rules
    files: FileRules
    max_tips: int
    shots: ShotPlan
    retention: Days
    alerts: AlertPlan
    sendings: SendingRules
    tor_required: bool = False
    fingerprint_days: int = 180
    dormant_days: int = 30
    night_ends: tuple[str, str] = ("", "UTC")
    rounds: int = 4
    drift: Alarms = field(default_factory=Alarms)
    deadlines: Deadlines = NOBODY
    costs: tuple[Costs, ...] = ()
    ways: tuple[Way, ...] = ()
    seal: Callable[[], Seal | None] = _unsigned
    vantages: int = 0
