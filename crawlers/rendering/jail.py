"""Started in place of Chromium: shuts it in, then becomes it. A script that imports no room.

Chromium gets a network namespace of its own (network_namespaces(7)) with nothing in it but a
loopback interface. The sockets that the guard proxy listens on are opened inside and handed out
over a Unix socket, so that the kernel leaves no way to the network but the proxy, and no other
process of the machine reaches the proxy. Before that privileges are dropped for good.

Arguments: a JSON object (see ``Cell``), then Chromium's own arguments.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
from typing import NamedTuple

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # sched.h
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1  # netdevice(7)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38  # prctl(2)
_BACKLOG = 64


class Cell(NamedTuple):
    """How to shut Chromium in: ``uid`` and ``gid`` to become (-1: stay), ``home`` for its files,
    ``doors`` listening sockets to hand to the Unix socket ``control``. ``walls`` False leaves the
    network namespace out."""

    program: str
    home: str
    control: str
    doors: int
    uid: int = -1
    gid: int = -1
    walls: bool = True


def main(arguments: list[str]) -> None:
    """Never returns. Raises OSError where the kernel refuses what is asked for."""
    cell = Cell(**json.loads(arguments[0]))
    libc = ctypes.CDLL(None, use_errno=True)
    _be_the_first_to_go()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.connect(cell.control)  # while we may still open what is our starter's
        if cell.uid >= 0:
            os.setgroups([])
            os.setresgid(cell.gid, cell.gid, cell.gid)
            os.setresuid(cell.uid, cell.uid, cell.uid)
        _call(libc.prctl, _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if cell.walls:
            _leave_the_network(libc)
        _hand_out(control, cell.doors)
    _call(libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    os.chdir(cell.home)
    os.execve(  # noqa: S606 - the program that the operator named
        cell.program, [cell.program, *_own_profile(arguments[1:], cell.home)], _environment(cell)
    )


def _leave_the_network(libc: ctypes.CDLL) -> None:
    _call(libc.prctl, _PR_SET_DUMPABLE, 1, 0, 0, 0)  # else our own /proc files are not ours
    uid, gid = os.geteuid(), os.getegid()
    _call(libc.unshare, _CLONE_NEWUSER | _CLONE_NEWNET)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - as little as can be imported
            file.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        interface = b"lo".ljust(16, b"\0")
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, interface + bytes(16))
        (flags,) = struct.unpack_from("h", answer, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, interface + struct.pack("h14x", flags | _IFF_UP))


def _hand_out(control: socket.socket, count: int) -> None:
    """Send the doors, and which process this is."""
    doors = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    for door in doors:
        door.bind(("127.0.0.1", 0))
        door.listen(_BACKLOG)
    socket.send_fds(control, [str(os.getpid()).encode()], [door.fileno() for door in doors])
    for door in doors:
        door.close()


def _be_the_first_to_go() -> None:
    """Where memory runs out, the kernel shall end Chromium before anything else."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - see above
            file.write("1000")
    except OSError:  # a kernel without it only chooses less well
        return


def _own_profile(arguments: list[str], home: str) -> list[str]:
    """The arguments with the profile in ``home``: the one made for us belongs to another user."""
    kept = [one for one in arguments if not one.startswith("--user-data-dir=")]
    return [f"--user-data-dir={home}/profile-{os.getpid()}", *kept]


def _environment(cell: Cell) -> dict[str, str]:
    return {
        "HOME": cell.home,
        "TMPDIR": cell.home,
        "XDG_CONFIG_HOME": cell.home,
        "XDG_CACHE_HOME": cell.home,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "DBUS_SYSTEM_BUS_ADDRESS": "disabled:",
    }


def _call(function: object, *arguments: int) -> None:
    assert callable(function)
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
