"""What of Chromium there is on this machine, and whether the kernel can shut it in."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_NAMES = ("chromium", "chromium-browser")
#: Debian's start script, which reads settings of the machine's desktop, and the program behind it.
_SCRIPT, _BINARY = "/usr/bin/chromium", Path("/usr/lib/chromium/chromium")
_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_PROBE_S = 10.0
_NAMESPACES = ("unshare", "--user", "--pid", "--net", "--fork", "true")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that Chromium runs under; -1 for our own."""

    uid: int = -1
    gid: int = -1


def chromium() -> str:
    """Path of Chromium's program; empty where it is not installed."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), "")
    if found != _SCRIPT:
        return found
    if _BINARY.is_file():
        return str(_BINARY)
    with Path(found).open("rb") as file:  # a start script alone starts nothing
        return "" if file.read(2) == b"#!" else found


def account(user: str) -> Account:
    """Whom to become: ``user`` where we are root, else nobody new. Raises KeyError."""
    if os.geteuid() != 0:
        return Account()
    row = pwd.getpwnam(user)
    return Account(row.pw_uid, row.pw_gid)


@cache
def shuts_in(who: Account) -> bool:
    """Whether the kernel gives ``who`` namespaces: the sandbox and the way to the guard proxy
    alone are both made of them."""
    program = shutil.which(_NAMESPACES[0], path=_SYSTEM_PATH)
    if program is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            (program, *_NAMESPACES[1:]),
            user=who.uid if who.uid >= 0 else None,
            group=who.gid if who.gid >= 0 else None,
            extra_groups=[] if who.uid >= 0 else None,
            cwd="/",
            env={"PATH": _SYSTEM_PATH},
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def obstacle(user: str, *, unconfined: bool) -> str:
    """Why pages cannot be rendered here, in a few words; empty where they can."""
    if find_spec("playwright") is None:
        return "Playwright is missing"
    if not chromium():
        return "Chromium is missing"
    try:
        who = account(user)
    except KeyError:
        return f"no user {user}"[:60]
    if who.uid == 0:
        return "Chromium would run as root"
    if not unconfined and not shuts_in(who):
        return "no sandbox: the kernel gives no namespaces"
    return ""
