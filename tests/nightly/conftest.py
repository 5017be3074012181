from __future__ import annotations

from tests.crawlers.conftest import migrated, place, web

__all__ = ["migrated", "place", "web"]
