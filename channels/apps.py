from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """The Telegram reading commands."""

    name = "channels"
