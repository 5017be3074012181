"""``console --demo``: a record of its own, filled once, and the console over it.

Everything is done by children with an environment of their own: no file of settings, none of the
caller's variables. What the house's settings name (its database above all) is unknown to them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from domain.errors import InputError
from review.apps import DEMO_MARKER
from review.demo.tour import FILE

#: Below the data directory.
NAME = "tour"
TOLD = "`narcowatch console --demo --fresh` removes this folder. Nothing in it is real.\n"
_PREFIX = "NARCOWATCH_"


def environment(folder: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """What the children are given: settings for made-up data in ``folder``, and none else."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(_PREFIX)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        f"{_PREFIX}CONFIG": "",
        f"{_PREFIX}DATA_DIR": str(folder),
        f"{_PREFIX}BLOCKING__AUTHORITY__UNIT": "Training unit (made up)",
    }


def check_fit(*, production: bool) -> None:
    """Raise InputError where the house works for real."""
    if production:
        raise InputError(
            "no tour in production: its people and cases are made up, and whoever signs in there "
            "must know where they are. Start it on another machine, or with settings of its own"
        )


def prepare(folder: Path, *, fresh: bool) -> None:
    """Make and fill the record in ``folder`` unless it is there; anew with ``fresh``. Raises
    InputError for a folder that is something else, or that cannot be filled."""
    if folder.is_symlink() or (folder.exists() and not (folder / DEMO_MARKER).exists()):
        raise InputError(f"{folder} is no tour's: it stays as it is")
    if folder.exists() and (fresh or not (folder / FILE).exists()):
        shutil.rmtree(folder)  # what a fill left behind that was killed goes as well
    environ = environment(folder, os.environ)
    if folder.exists():
        _child(environ, "review.demo", "--codes")
        return
    folder.mkdir(mode=0o700, parents=True)
    (folder / DEMO_MARKER).write_text(TOLD, encoding="utf-8")
    _child(environ, "django", "migrate", "--verbosity", "0")
    _child(environ, "review.demo")


def codes(folder: Path) -> None:
    """Print how to sign in now. Raises InputError where there is no tour."""
    if not (folder / FILE).exists():
        raise InputError("there is no tour yet: narcowatch console --demo")
    _child(environment(folder, os.environ), "review.demo", "--codes")


def serve(folder: Path, listen: str) -> None:
    """Become the console over ``folder``: this process is it from now on."""
    command = [sys.executable, "-m", "django", "console", "--listen", listen, "--workers", "1"]
    sys.stdout.flush()
    os.execve(sys.executable, command, environment(folder, os.environ))  # noqa: S606 - our own


def _child(environ: Mapping[str, str], *module: str) -> None:
    done = subprocess.run([sys.executable, "-m", *module], env=environ, check=False)  # noqa: S603
    if done.returncode:
        raise InputError(f"the tour could not be made: python -m {' '.join(module)} failed")
