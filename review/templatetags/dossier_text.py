"""How a dossier on paper shows its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from review.actions import action_called
from review.dossier.ties import MEDIUM, STRONG, WEAK

register = template.Library()
_STRENGTHS: Mapping[str, Any] = {
    STRONG: pgettext_lazy("strength of a tie", "strong"),
    MEDIUM: pgettext_lazy("strength of a tie", "medium"),
    WEAK: pgettext_lazy("strength of a tie", "weak"),
}
_NOT_SAID = _("not said")


@register.filter
def action(code: str) -> str:
    """What an event of the audit chain is called."""
    return action_called(code)


@register.filter
def strength(code: str) -> str:
    """How strong a tie is, in words."""
    return str(_STRENGTHS[code])


@register.filter
def looked_up(code: str, table: Mapping[str, Any]) -> str:
    """What ``table`` calls a code; a dash for none."""
    return str(table.get(code, _NOT_SAID)) if code else "–"
