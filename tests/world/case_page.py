"""A case of the demo as the command line shows it, as an HTML page for the README's picture."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import django
from rich.console import Console

_WIDTH = 106


def main(path: Path) -> None:
    """Write the page of the likeliest case to ``path``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from cases.models import Case
    from review.service import case_view
    from review.terminal import show_case
    from tests.world.reviewers import demo_people

    case = Case.objects.filter(target__value="aurora-kz.test").get()
    reviewers, _ = demo_people()
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    show_case(case_view(case.pk, reviewers[0]), console)
    path.write_text(console.export_html(inline_styles=True), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
