from django.apps import AppConfig


class NightlyConfig(AppConfig):
    """Commands of the night."""

    name = "nightly"
    verbose_name = "Nightly"
