"""Making a dossier in a process of its own: a page answers at once, and says how far it is."""

from __future__ import annotations

import subprocess
import sys
import threading


def start(dossier_id: int) -> None:
    """Have a child make the dossier that was asked for. Whatever comes of it stands in its row."""
    command = [sys.executable, "-m", "django", "dossier", "--make", str(dossier_id)]
    child = subprocess.Popen(  # noqa: S603 - our own command with a number
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    threading.Thread(target=child.wait, daemon=True).start()  # a child that ended is to be asked
