"""The console command ``narcowatch``: Django's commands, ours alone in the help."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version

from config import tolerance
from config.errors import SettingsError
from domain.errors import NarcowatchError
from nightly.command_table import command_table

FAILED = 1
REFUSED = 2
INTERRUPTED = 130
PROGRAM = "narcowatch"
#: What these do is done by commands of their own.
_STARTS_OTHERS = frozenset({"scheduler"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors of the project become one line.

    1 is the machine refusing (disk, folders), 2 is what was given being refused (arguments,
    settings, rules), 130 is Ctrl-C. Commands with
    exit codes of their own raise SystemExit. ``--traceback`` shows where an error came from.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(arguments)
    except (NarcowatchError, SettingsError) as error:
        if "--traceback" in arguments:
            raise
        return _refuse(str(error))
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except OSError as error:  # a full disk, a folder that cannot be written
        if "--traceback" in arguments:
            raise
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return FAILED


def _run(arguments: list[str]) -> int:
    if not arguments or arguments in (["-h"], ["--help"], ["help"]):
        print(_help())
        return 0
    if arguments in (["--version"], ["version"]):
        print(f"{PROGRAM} {version(PROGRAM)}")
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if arguments[0] == "doctor":
        tolerance.ask()  # that settings are refused is among what it tells
    import config.settings  # noqa: F401 - what is wrong with them is to be told before all else

    return _run_command(arguments)


def _run_command(arguments: list[str]) -> int:
    import django
    from django.conf import settings
    from django.core.management import ManagementUtility, get_commands
    from django.db import DatabaseError

    django.setup()
    from index.following import following
    from nightly.readiness import check_record, needs_record

    name, program = arguments[0], settings.CALLED_AS
    home = get_commands().get(name, "")
    if not name.startswith("-") and name != "help" and not home:
        return _refuse(f"there is no command {name!r}; `{PROGRAM} help` lists them")
    asks = {"-h", "--help"}.isdisjoint(arguments)
    chosen = settings.NARCOWATCH
    try:
        with ExitStack() as around:
            if asks and needs_record(name, arguments) and not home.startswith("django"):
                check_record(chosen.data_dir, settings.SETTINGS_ORIGIN.data_dir, program)
                if name not in _STARTS_OTHERS:
                    index = chosen.index.url, chosen.data_dir / "index"
                    around.enter_context(following(*index, _say))
            ManagementUtility([PROGRAM, *arguments]).execute()
    except DatabaseError as error:
        if "--traceback" in arguments:
            raise
        logging.getLogger(__name__).info("%s: database error", name, exc_info=True)
        return _refuse(f"the database says: {error} (`{program} doctor` tells more)")
    sys.stdout.flush()
    return 0


def _say(message: str) -> None:
    print(f"{PROGRAM}: {message}", file=sys.stderr)


def _refuse(message: str) -> int:
    _say(message)
    return REFUSED


def _help() -> str:
    commands = command_table()
    width = max(map(len, commands))
    lines = [f"  {name:{width}}  {text}" for name, text in commands.items()]
    return "\n".join(
        (
            f"usage: {PROGRAM} COMMAND …",
            "",
            *lines,
            "",
            f"`{PROGRAM} COMMAND --help` tells the options of one.",
        )
    )


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush stays quiet too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
