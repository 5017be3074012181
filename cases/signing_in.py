"""Signing in at a command: a name, and a password from a file, standard input or the prompt."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path

from cases.models import Person
from cases.people import sign_in
from domain.errors import AccessError, InputError

_OTHERS_MAY_READ = 0o077


def add_options(parser: ArgumentParser) -> None:
    """Add ``--user`` and ``--password-file`` to a command."""
    parser.add_argument("--user", required=True, help="who you are")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help="file with your password, mode 0600, or - for standard input (default: ask)",
    )


def person_of(user: str, password_file: str | None) -> Person:
    """The person signed in. Raises AccessError for a wrong password or a file others can read."""
    return sign_in(user, read_password(f"Password of {user}: ", password_file))


def new_password(name: str, password_file: str | None) -> str:
    """A password for ``name`` to have from now on; typed unseen, it is typed twice."""
    first = read_password(f"New password of {name}: ", password_file)
    if password_file is None and first != read_password("The same again: ", None):
        raise InputError("the two passwords are not the same: nothing was changed")
    return first


def read_password(prompt: str, password_file: str | None) -> str:
    """A password: the first line of the file or of standard input, or typed unseen."""
    if password_file == "-":
        return _text(sys.stdin.buffer.readline(), "standard input")
    if password_file is None:
        if not sys.stdin.isatty():
            raise AccessError("no terminal to ask for the password: give --password-file")
        return getpass(prompt)
    path = Path(password_file)
    try:
        if path.stat().st_mode & _OTHERS_MAY_READ:
            raise AccessError(f"{path} can be read by others: chmod 600 {path}")
        data = path.read_bytes()
    except OSError as error:
        raise AccessError(f"reading the password file {path}: {error.strerror}") from error
    return _text(data, str(path))


def _text(data: bytes, origin: str) -> str:
    try:
        return (data.splitlines() or [b""])[0].decode()
    except UnicodeDecodeError as error:
        raise AccessError(f"the password from {origin} is not UTF-8 text") from error
