"""The demo's data directory is begun anew by every demo: nothing real may come to stand in it."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InputError

#: The file that marks such a folder, and what it tells whoever finds it.
MARKER = "THIS-IS-A-DEMO"
TOLD = "Every `make run` removes this folder. Nights over seeds of your own are refused in it.\n"


def mark(data_dir: Path) -> None:
    """Mark ``data_dir`` as a demo's."""
    (data_dir / MARKER).write_text(TOLD, encoding="utf-8")


def refuse_real_work(data_dir: Path, seeds: Path | None) -> None:
    """Raise InputError for work in a demo's folder with seeds that are not the demo's own."""
    if not (data_dir / MARKER).exists():
        return
    if seeds is not None and seeds.resolve().is_relative_to(data_dir.resolve()):
        return
    raise InputError(
        f"{data_dir} belongs to the demo, and every `make run` removes it: only the demo's own "
        f"seeds run there. Settings of your own lead elsewhere: `unset NARCOWATCH_CONFIG`, or "
        f"name your own file with it"
    )
