"""The table of settings as Markdown, made from the schema."""

from __future__ import annotations

from config.keys import Key, keys
from config.loading import FILE_NAME, FILE_VARIABLE, PREFIX

_HEAD = f"""# Settings

Made from the schema by `narcowatch settings-table`; a test fails when this file is stale.

Settings are read from `{FILE_NAME}` in the folder where narcowatch is started, or from the file
that `{FILE_VARIABLE}` names (set but empty: from no file). An environment variable wins over the
file: its name is `{PREFIX}` and the key in capitals with two underscores for each dot, such as
`{PREFIX}TOR__SOCKS`. There, lists are written with commas or as JSON, tables as `name=value` with
commas or as JSON, lists of tables as JSON. Relative paths in the file start from the file's
folder, others from the folder where narcowatch is started.

Unknown keys and bad values are refused, all of them in one message. A secret belongs into the
environment or into a file that only narcowatch can read.
"""


def settings_markdown() -> str:
    """The whole document: one table of keys for each section."""
    parts = [_HEAD]
    section = None
    for key in keys():
        above, _, name = key.path.rpartition(".")
        if above != section:
            section = above
            parts.append(f"\n## {_title(above)}\n\n| key | takes | default | what it is for |")
            parts.append("| --- | --- | --- | --- |")
        parts.append(_row(key, name))
    return "\n".join(parts) + "\n"


def _title(section: str) -> str:
    if not section:
        return "Top level"
    return f"`[[{section[:-2]}]]`" if section.endswith("[]") else f"`[{section}]`"


def _row(key: Key, name: str) -> str:
    unit = f", {key.unit}" if key.unit else ""
    default = key.default if key.default == "required" else f"`{key.default}`"
    cells = (f"`{name}`", f"{key.takes}{unit}", default, key.description)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
