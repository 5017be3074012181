"""The platform list as the crawler asks it: links to a platform are counted, never crawled as a
site. (A seed may still name one.)"""

from __future__ import annotations

from domain.platforms import Platforms, parse_platforms

__all__ = ["Platforms", "parse_platforms"]
