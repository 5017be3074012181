"""A screenshot: what a page looked like, with what was needed to take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.captures import Egress


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a page, and its text as the browser showed it.

    ``url`` was asked for, ``final_url`` is where the browser ended. ``png`` holds the whole page,
    in which images were loaded only where ``images`` says so. ``browser`` names program and
    version; ``requests`` were sent for it.
    """

    url: str
    final_url: str
    taken_at: datetime
    egress: Egress
    png: bytes
    text: str
    browser: str
    images: bool = False
    requests: int = 0
