"""What goes wrong with settings. ``config`` imports no other room, so it has its own error."""

from __future__ import annotations

from collections.abc import Sequence


class SettingsError(Exception):
    """Keys or values of the settings that are not allowed; ``problems`` lists all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n  ".join(("the settings are not right:", *problems)))
        self.problems = tuple(problems)
