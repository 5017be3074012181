"""How public pages show what somebody sent."""

from __future__ import annotations

from django import template

from domain.defang import defang, printable

register = template.Library()


@register.filter
def shown(text: object) -> str:
    """``text`` with control and direction-changing characters made visible; it is escaped like
    everything else."""
    return printable(str(text))


@register.filter
def harmless(address: object) -> str:
    """An address that cannot be followed by accident."""
    return printable(defang(str(address)))
