"""The settings of sources beside links: tips and lists of names."""

from __future__ import annotations

from pydantic import PositiveInt

from config.section import Section, key


class Discovery(Section):
    max_tips_per_night: PositiveInt = key(
        200, "Targets from tips that one night takes in; the rest waits and is counted.", "targets"
    )
    max_lines_per_file: PositiveInt = key(
        20_000, "Lines that are read of one file of tips or of certificates.", "lines"
    )
    max_mb_per_file: PositiveInt = key(64, "Largest file of tips or of certificates.", "MB")
