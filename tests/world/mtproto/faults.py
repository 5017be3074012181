"""What goes wrong with a request, as a test orders it. Each fault is used up by one request."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum


class RpcFault(Exception):
    """An error that the API answers with: its code and name, such as 420 and FLOOD_WAIT_3."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"{code} {name}")
        self.code, self.name = code, name


class Break(Enum):
    """What happens to a connection instead of an answer."""

    CUT_BEFORE = "the connection is cut before the request is carried out"
    CUT_WITHIN = "the connection is cut in the middle of the answer"
    SILENT = "no answer comes"
    UNKNOWN = "the answer holds a constructor that nobody knows"
    TWICE = "the answer comes twice"


Fault = RpcFault | Break


@dataclass(slots=True)
class _Ordered:
    account: str
    fault: Fault
    skip: int


class Faults:
    """Ordered faults, by the name of the request without its ending: ``GetHistory``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: dict[str, deque[_Ordered]] = defaultdict(deque)

    def order(self, method: str, *faults: Fault, account: str = "", after: int = 0) -> None:
        """Have the next requests ``method`` (of ``account`` alone, if one is given) fail, one
        after the other; the first ``after`` of them go well."""
        with self._lock:
            for number, fault in enumerate(faults):
                self._ordered[method].append(_Ordered(account, fault, 0 if number else after))

    def next(self, method: str, account: str) -> Fault | None:
        """The fault of a request that has come, None for none."""
        with self._lock:
            waiting = self._ordered[method]
            for ordered in waiting:
                if ordered.account in ("", account):
                    if ordered.skip:
                        ordered.skip -= 1
                        return None
                    waiting.remove(ordered)
                    return ordered.fault
        return None

    @property
    def left(self) -> int:
        """Faults that nothing has met yet."""
        with self._lock:
            return sum(len(waiting) for waiting in self._ordered.values())
