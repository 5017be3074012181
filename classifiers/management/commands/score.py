from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from classifiers.apps import model_dir_of
from classifiers.lexicons import read_lexicon
from classifiers.store import load
from classifiers.stream import score_lines
from domain.errors import InputError


class Command(BaseCommand):
    help = "Score texts: JSON lines in, JSON lines out, in order."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jsonl", required=True, help="file of JSON lines, - for standard input"
        )
        parser.epilog = 'Each line: {"id": ..., "text": "...", "lang": "ru|kk|en", "title": "..."}'

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = settings.NARCOWATCH
        lexicon = read_lexicon(settings.BASE_DIR / "config" / "lexicons")
        cascade = load(model_dir_of(chosen), lexicon)
        path = options["jsonl"]
        try:
            if path == "-":
                score_lines(sys.stdin.buffer, sys.stdout.buffer, cascade)
            else:
                with open(path, "rb") as source:  # noqa: PTH123 - a name as the user gave it
                    score_lines(source, sys.stdout.buffer, cascade)
        except BrokenPipeError:
            # Nobody reads on. Python would complain once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
