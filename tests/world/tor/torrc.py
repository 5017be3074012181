"""Configuration of the network's processes. What each option is for: tor(1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Authority:
    """One directory authority, which is a relay too."""

    nick: str
    or_port: int
    dir_port: int
    v3ident: str
    fingerprint: str

    @property
    def line(self) -> str:
        return (
            f"DirAuthority {self.nick} orport={self.or_port} no-v2 v3ident={self.v3ident} "
            f"127.0.0.1:{self.dir_port} {self.fingerprint}"
        )


_EVERY_NODE = """\
TestingTorNetwork 1
Address 127.0.0.1
AssumeReachable 1
PathsNeededToBuildCircuits 0.67
ShutdownWaitLength 0
AvoidDiskWrites 1
DisableDebuggerAttachment 0
"""

# The first consensus comes after seconds, the next ones every half hour. No exits at all.
_AUTHORITY = """\
SocksPort 0
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo sample@world.test
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 1800
V3AuthVoteDelay 2
V3AuthDistDelay 2
V3AuthNIntervalsValid 2
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
ExitRelay 0
ExitPolicy reject *:*
"""


def authority_torrc(me: Authority, everyone: Sequence[Authority], data: Path) -> str:
    ports = f"Nickname {me.nick}\nORPort 127.0.0.1:{me.or_port} IPv4Only\nDirPort {me.dir_port}\n"
    return _common(everyone, data) + _AUTHORITY + ports


def client_torrc(everyone: Sequence[Authority], data: Path, socks_port: int) -> str:
    """The process that is both: the client behind the SOCKS port and the host of the onions."""
    socks = f"SocksPort 127.0.0.1:{socks_port} ExtendedErrors\n"
    return f"{_common(everyone, data)}{socks}SafeSocks 1\nTestSocks 1\nClientOnly 1\n"


def _common(everyone: Sequence[Authority], data: Path) -> str:
    lines = "".join(authority.line + "\n" for authority in everyone)
    return f"{_EVERY_NODE}DataDirectory {data}\nLog notice file {data / 'log'}\n{lines}"
