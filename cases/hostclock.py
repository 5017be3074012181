"""What this host's clock is worth, for the custody record: times of evidence are its times.

From adjtimex(2), the kernel's own word: whether something (NTP, PTP) keeps the clock, and the
largest error that it then assumes. Only read, never set.
"""

from __future__ import annotations

import ctypes

_STA_UNSYNC = 0x0040  # linux/timex.h
_US_PER_MS = 1_000
UNKNOWN = "state unknown"
UNSYNCHRONISED = "not synchronised"


class _Timex(ctypes.Structure):
    """``struct timex`` up to ``status``; ``rest`` is more than what follows."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 32),
    )


def clock_state() -> str:
    """For instance ``synchronised, at most 0.021 s off``; UNSYNCHRONISED; or UNKNOWN where the
    system does not tell."""
    found = _Timex()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return UNKNOWN
    return UNKNOWN if answer < 0 else worded(found.status, found.maxerror)


def worded(status: int, max_error_us: int) -> str:
    """The state that the kernel's ``status`` bits and ``maxerror`` (microseconds) amount to."""
    if status & _STA_UNSYNC:
        return UNSYNCHRONISED
    milliseconds = -(-max_error_us // _US_PER_MS)
    return f"synchronised, at most {milliseconds / 1000:.3f} s off"
