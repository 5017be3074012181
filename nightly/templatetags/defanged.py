from __future__ import annotations

from django import template

from domain.defang import defang, defang_prose

register = template.Library()


@register.filter
def defanged(text: str) -> str:
    """A target's name made harmless; escaped by the template like any other text."""
    return defang(text)


@register.filter
def defanged_prose(text: str) -> str:
    """The same for names within a sentence."""
    return defang_prose(text)
