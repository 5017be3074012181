from django.apps import AppConfig


class IndexConfig(AppConfig):
    """The search command."""

    name = "index"
