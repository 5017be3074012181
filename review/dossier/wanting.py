"""What a person says who wants a dossier."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person types: for whom, what for, in which language, and what is in it that is not
    usually. ``cards_reason`` is why card numbers are to be shown in full, empty where masked."""

    handed_to: str
    purpose: str
    language: str
    pictures: bool = False
    cards_reason: str = ""
