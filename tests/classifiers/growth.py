"""How processor time grows with the text: for tests that hostile pages cannot stall a night."""

from __future__ import annotations

import time
from collections.abc import Callable

# Ten times the text may take forty times as long on a busy machine, not a hundred; what takes
# less than the slack in all stalls nothing.
_TIMES, _MOST, _SLACK_S = 10, 40, 0.2


def assert_linear(work: Callable[[str], object], piece: str, count: int) -> None:
    """``work`` on ten times ``count`` of ``piece`` takes no hundred times what ``count`` do."""
    work(piece * (count // _TIMES))  # what is loaded once is loaded
    began = time.process_time()
    work(piece * count)
    middle = time.process_time()
    work(piece * count * _TIMES)
    assert time.process_time() - middle < _MOST * (middle - began) + _SLACK_S
