"""Free text that goes into files for others."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Free text for one line of a file: control and format characters become spaces."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
