"""What a night needs to know, as plain values: entry points make it from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blocking.plan import ExportPlan

if TYPE_CHECKING:
    from crawlers.rendering.orders import RendererPlan


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """How cases are photographed: at ``most`` so many a night, or none for the ``obstacle``."""

    obstacle: str
    most: int
    renderer: RendererPlan
    is_restricted: Callable[[str], bool]
    rotate_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths, limits and thresholds of a night.

    ``review_threshold`` None means the model's own. ``tie_threshold`` is the score from which a
    target tied to selling ones is queued. ``rounds`` bounds how often sites and channels take
    turns in feeding each other with candidates.
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
    max_new_channels: int
    follow_discovered: bool
    exports: ExportPlan
    shots: ShotPlan
    rounds: int = 4
