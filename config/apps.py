from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Commands about the settings."""

    name = "config"
