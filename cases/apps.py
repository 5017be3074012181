from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The record's tables and commands."""

    name = "cases"
    verbose_name = "Cases"
