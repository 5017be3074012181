from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from config.schema import Settings
from config.secrets import kept_secret
from domain.errors import InputError


class Command(migrate.Command):
    help = "Make the data directory where there is none, and bring the database to this version."

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Before anything else: Django looks at the database before it hands over to ``handle``."""
        folder = settings.NARCOWATCH.data_dir
        _make_data_dir(settings.NARCOWATCH)
        if options["verbosity"] > 0:
            self.stdout.write(f"data directory {folder} ({settings.SETTINGS_ORIGIN.data_dir})")
        return super().execute(*args, **options)


def _make_data_dir(chosen: Settings) -> None:
    """The folder for its owner alone, and a secret in it unless an own one is set."""
    try:
        chosen.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (chosen.secret_key or chosen.secret_key_file):
            kept_secret(chosen.data_dir)
    except OSError as error:
        raise InputError(
            f"making the data directory {chosen.data_dir}: {error.strerror}; set data_dir to a "
            f"folder that can be written"
        ) from error
