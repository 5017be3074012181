from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """What is sent from outside, in a database of its own."""

    name = "review.public"
    label = "intake"
    verbose_name = "Tips and appeals"
