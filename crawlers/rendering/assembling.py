"""The renderer's plan and limits, from plain values that entry points read from the settings."""

from __future__ import annotations

from collections.abc import Callable

from classifiers.normalise import normalise
from crawlers.rendering import sandbox
from domain.restricted import RestrictedTerms

OFF = "switched off"


def obstacle(use: str, user: str, *, unconfined: bool) -> str:
    """Why pages are not rendered, in a few words; empty where they are."""
    return OFF if use == "off" else sandbox.obstacle(user, unconfined=unconfined)


def restricted_by(terms: RestrictedTerms | None) -> Callable[[str], bool]:
    """Whether a text holds a term of the child-abuse lexicon."""
    if terms is None:
        return lambda text: False
    return lambda text: terms.found_in(normalise(text).text)
