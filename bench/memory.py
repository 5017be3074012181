"""How much memory a process has taken."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mb(pid: int | str = "self") -> float:
    """The most memory that a process has had resident, MB (proc(5), VmHWM); 0 once it ended.

    Not ``ru_maxrss`` of getrusage(2): a child begins with the peak of whoever started it.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1e3 if found else 0.0
