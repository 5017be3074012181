from django.apps import AppConfig


class BlockingConfig(AppConfig):
    """Requests and exports."""

    name = "blocking"
