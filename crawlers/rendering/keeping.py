"""Where screenshots are kept."""

from __future__ import annotations

from crawlers.rendering.shooting import Keeper

#: None where the record has no place for them: none are taken then.
KEEPER: Keeper | None = None
