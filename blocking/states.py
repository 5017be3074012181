"""The states of exports. Those of orders stand in ``domain.orders``."""

from __future__ import annotations

from enum import StrEnum


class ExportState(StrEnum):
    """Where an export stands. A refused one has no files; a released one never changes again."""

    BUILT = "built"
    REFUSED = "refused"
    RELEASED = "released"
