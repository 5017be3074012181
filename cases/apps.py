from functools import cached_property

from django.apps import AppConfig
from django.conf import settings

from cases.cardkeys import CardKeys


class CasesConfig(AppConfig):
    """The record's tables and commands."""

    name = "cases"
    verbose_name = "Cases"

    @cached_property
    def card_keys(self) -> CardKeys:
        """The keys that card numbers are kept under."""
        return CardKeys.of(settings.SECRET_KEY)
