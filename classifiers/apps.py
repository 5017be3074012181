from django.apps import AppConfig


class ClassifiersConfig(AppConfig):
    """Training and scoring commands."""

    name = "classifiers"
