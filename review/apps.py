from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Commands with which people decide cases."""

    name = "review"
    verbose_name = "Review"
