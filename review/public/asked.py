"""What people type into the public pages, checked before anything is kept."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from domain.defang import printable
from domain.platforms import Platforms, parse_platforms
from domain.told import Asks
from review.public.reading import Link, read_links
from review.public.words import ASKS, WRONG

_LONGEST_LINKS, _LONGEST_TARGET, _LONGEST_CONTACT = 20_000, 2_000, 200


@cache
def platforms() -> Platforms:
    """Hosts that are no site of anybody."""
    text = Path(settings.PLATFORMS).read_text(encoding="utf-8")
    return parse_platforms(tomllib.loads(text))


class Trapped(forms.Form):
    """A form with a field that people do not see, and its own opening."""

    once = forms.CharField(max_length=100, required=False)
    #: Hidden from people by the style sheet and by words; programs fill it in.
    website = forms.CharField(max_length=1_000, required=False)

    @property
    def is_trap(self) -> bool:
        """Whether the hidden field was filled in."""
        return bool(self.data.get("website", ""))


class ReportForm(Trapped):
    """Links, and what is known of them."""

    links = forms.CharField(max_length=_LONGEST_LINKS, strip=True)
    text = forms.CharField(required=False, strip=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.found: tuple[Link, ...] = ()

    def clean_links(self) -> str:
        text: str = self.cleaned_data["links"]
        read = read_links(text, platforms())
        for wrong in read.wrong:
            shown = {"text": printable(wrong.text), "why": WRONG[wrong.reason]}
            self.add_error("links", _("“%(text)s”: %(why)s.") % shown)
        most = settings.INTAKE.max_links
        if len(read.links) > most:
            said = ngettext("At most %(n)s link.", "At most %(n)s links.", most)
            self.add_error("links", said % {"n": most})
        self.found = read.links
        return text

    def clean_text(self) -> str:
        return _checked_length(self.cleaned_data["text"])


class AppealForm(Trapped):
    """What an appeal is about, what it asks, why, and where an answer may go."""

    target = forms.CharField(max_length=_LONGEST_TARGET, strip=True)
    asks = forms.ChoiceField(choices=[(code.value, text) for code, text in ASKS.items()])
    grounds = forms.CharField(strip=True)
    contact = forms.CharField(max_length=_LONGEST_CONTACT, required=False, strip=True)

    def clean_asks(self) -> Asks:
        return Asks(self.cleaned_data["asks"])

    def clean_grounds(self) -> str:
        return _checked_length(self.cleaned_data["grounds"])


class FollowForm(forms.Form):
    """A number."""

    number = forms.CharField(max_length=60, strip=True)


def _checked_length(text: str) -> str:
    most = settings.INTAKE.max_text
    if len(text) > most:
        said = ngettext("At most %(n)s character.", "At most %(n)s characters.", most)
        raise forms.ValidationError(said % {"n": most})
    return text
