"""A page's fingerprint. Runs in the writer's thread for every page that is kept."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from crawlers.mirrors.shingles import shingles
from crawlers.mirrors.skeleton import Path, exact, near
from domain.minhash import signature
from domain.mirrors import FEWEST_SHINGLES, Fingerprint


def fingerprint(text: str, paths: Collection[Path], url: str) -> Fingerprint:
    """The fingerprint of a page at ``url``: of its visible text and the paths of its elements."""
    found = shingles(text, urlsplit(url).hostname or "")
    signed = signature(found) if len(found) >= FEWEST_SHINGLES else b""
    return Fingerprint(signed, len(found), exact(paths), near(paths))
