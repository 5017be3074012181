"""How narcowatch was called, so that the next command can be printed in a form that works."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from config.loading import FILE_VARIABLE, PREFIX

PROGRAM = "narcowatch"
#: Variables that decide which record a command works on: a next command needs them as well.
_DECIDING = (FILE_VARIABLE, f"{PREFIX}DATA_DIR")


def called_as() -> str:
    """This process's program as a shell takes it, with the variables that name its settings."""
    return command_form(sys.argv[0], Path(sys.executable), os.environ, Path.cwd())


def command_form(argv0: str, python: Path, environ: Mapping[str, str], folder: Path) -> str:
    """The program called ``argv0`` by the interpreter ``python`` from ``folder``.

    A module run by hand (``python -m``) is named by the program installed beside its interpreter.
    """
    variables = [f"{name}={shlex.quote(environ[name])} " for name in _DECIDING if environ.get(name)]
    return "".join([*variables, shlex.quote(_program(argv0, python, environ, folder))])


def _program(argv0: str, python: Path, environ: Mapping[str, str], folder: Path) -> str:
    found = shutil.which(PROGRAM, path=environ.get("PATH", ""))
    if Path(argv0).name == PROGRAM:
        return PROGRAM if argv0 == found else argv0
    beside = python.parent / PROGRAM
    if found == str(beside) or not beside.is_file():
        return PROGRAM
    return str(beside.relative_to(folder)) if beside.is_relative_to(folder) else str(beside)
