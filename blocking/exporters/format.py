"""What a format is: a file name, a rule which entries it takes, and a pure writing function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from blocking.entries import Entry


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """What a file says of the export it belongs to. Times are RFC 3339 in UTC, "" for never.

    ``as_of`` is the state that the files show (see ``blocking.drafts.as_of``), and not the time at
    which they were written: the same entries after the same release give the same bytes whenever
    they are built. ``previous_at`` is that of the release before.
    ``zone`` is the RPZ zone's name without a trailing dot; ``passthru`` are names that its
    companion zone exempts, and ``passthru_exact`` those of them without the names below.
    ``contact`` is where the ``unit`` can be asked back, in its own words.
    ``since`` is the release that a delta is to be added to, None for a full set.
    """

    recipient: str
    number: int
    as_of: str
    previous_at: str = ""
    unit: str = ""
    contact: str = ""
    zone: str = "rpz.narcowatch"
    passthru: tuple[str, ...] = ()
    passthru_exact: frozenset[str] = frozenset()
    since: int | None = None

    @property
    def serial(self) -> int:
        """The zone's serial: the export's number, which rises by itself."""
        return self.number


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    ``leaves_out`` gives the reason why an entry is not written, "" when it is; ``write`` turns
    entries (those it takes, in the order given) into the file's bytes, piece by piece, the same
    bytes for the same input. ``needs`` are formats that must stand beside this one;
    ``companion`` marks one that has no entries of its own; ``deltas`` one that says of each entry
    whether it is blocked or lifted, and so can be written as a delta.
    """

    name: str
    filename: str
    media_type: str
    leaves_out: Callable[[Entry, ExportInfo], str]
    write: Callable[[Iterable[Entry], ExportInfo], Iterator[bytes]]
    needs: tuple[str, ...] = ()
    companion: bool = False
    deltas: bool = False

    @property
    def delta_name(self) -> str:
        """What its delta is called."""
        return f"delta-{self.filename}"


def takes_all(entry: Entry, info: ExportInfo) -> str:
    """For formats that leave nothing out."""
    return ""


def each_once(entries: Iterable[Entry], names: Callable[[Entry], tuple[str, ...]]) -> Iterator[str]:
    """The names of ``entries``, each once where entries of one host stand side by side; those of
    one entry must be different."""
    host = ""
    given: tuple[str, ...] = ()
    for entry in entries:
        own = names(entry)
        if entry.host == host:
            own = tuple(name for name in own if name not in given)
            given += own
        else:
            host, given = entry.host, own
        yield from own


def in_blocks(lines: Iterable[str], size: int = 500) -> Iterator[bytes]:
    """Lines (with their ends) joined into larger pieces of UTF-8, to spare system calls."""
    rest = iter(lines)
    while block := "".join(islice(rest, size)):
        yield block.encode()
