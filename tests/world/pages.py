"""The world's page templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def template(name: str) -> Template:
    """The template ``templates/<name>.html``."""
    return Template((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))
