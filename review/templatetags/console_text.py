"""How the pages of the console show collected text."""

from __future__ import annotations

from django import template

from domain.defang import printable

register = template.Library()


@register.filter
def shown(text: object) -> str:
    """``text`` with control and direction-changing characters made visible. It is escaped like
    everything else."""
    return printable(str(text))
