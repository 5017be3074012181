from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig

from classifiers.learning.in_force import model_in_force

if TYPE_CHECKING:
    from config.schema import Settings


class ClassifiersConfig(AppConfig):
    """Training and scoring commands."""

    name = "classifiers"


def is_named(settings: Settings) -> bool:
    """Whether the operator names a model by ``classify.model_dir``, which wins over all others."""
    return "model_dir" in settings.classify.model_fields_set


def model_dir_of(settings: Settings) -> Path:
    """The folder of the model in force: the one that the operator names, or the adopted one, or
    the shipped one. Raises ModelError when it cannot be told."""
    named = settings.classify.model_dir
    return named if is_named(settings) else model_in_force(settings.data_dir, named)
