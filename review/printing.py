"""The console's pages on paper."""

from __future__ import annotations

from pathlib import Path

from domain import paper

OWN = (Path(__file__).parent / "static").resolve()
_SHEET = OWN / "console" / "paper.css"


def pdf(html: str) -> bytes:
    """``html`` as PDF, by the console's own style sheet for paper. Raises ``domain.paper.Refused``
    where it asks for anything from outside."""
    return paper.pdf(html, _SHEET.read_text(encoding="utf-8"), OWN)
