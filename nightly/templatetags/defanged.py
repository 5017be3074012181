from __future__ import annotations

from django import template

from domain.defang import defang

register = template.Library()


@register.filter
def defanged(text: str) -> str:
    """A target's name made harmless; escaped by the template like any other text."""
    return defang(text)
