"""Asking a person at a terminal, who sees nothing of what is typed."""

from __future__ import annotations

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import TYPE_CHECKING

from domain.errors import InputError

if TYPE_CHECKING:  # it takes a while to load, and what is typed meanwhile must not be shown
    from channels.mtproto.signing_in import Question

_LFLAGS = 3


@contextmanager
def unseen() -> Iterator[None]:
    """The terminal shows nothing of what is typed in here, between the questions neither.

    Raises InputError where there is no terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise InputError("no terminal to ask at: logging in is done by a person") from None
    try:
        before = termios.tcgetattr(terminal)
        silent = [*before]
        silent[_LFLAGS] &= ~(termios.ECHO | termios.ECHONL)
        termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
        try:
            yield
        finally:
            # what was typed ahead goes: the shell would show it, and might run it
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
    finally:
        os.close(terminal)


def ask(question: Question, said: str) -> str:
    """The answer of the person at the terminal."""
    if said:
        print(said, file=sys.stderr)
    return getpass(f"{question.value} (not shown): ")
