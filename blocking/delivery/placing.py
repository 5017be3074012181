"""Putting a parcel into a folder, here or on another machine: one order of steps for both.

A release becomes visible at once: its files go into a folder with a temporary name, that is
renamed, and the manifest gets its name last. A folder without a manifest is not an export. What a
delivery left behind that was cut short the next removes or finishes; it touches nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from blocking.delivery.parcel import Parcel
from blocking.manifest import NAME
from domain.errors import TransportError

#: What the manifest is called until all else has its name.
_LAST = f".{NAME}.partial"
_BEGINNING = 1 << 16


class Shelf(Protocol):
    """A folder that releases are put into. Names are relative to it. Every step raises
    TransportError."""

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes of a file of at most ``most``, None where there is none."""

    def make_folder(self, name: str) -> None:
        """Make a folder that nobody else may read."""

    def remove(self, name: str) -> None:
        """Remove a file, or a folder and what lies in it, where there is one."""

    def put(self, source: Path, name: str) -> None:
        """Copy ``source`` into a new file ``name`` with mode 0600, whole on the disk at the end."""

    def rename(self, old: str, new: str) -> None:
        """Give ``old`` the name ``new``, in the place of a file of that name."""

    def size(self, name: str) -> int:
        """How many bytes a file has that is there."""

    def exists(self, name: str) -> bool:
        """Whether there is a file, folder or link of that name."""


def place(parcel: Parcel, shelf: Shelf) -> bool:
    """Put ``parcel`` onto ``shelf``, False where it lies there already.

    Raises TransportError: ``other_release`` where something else lies there under its number, and
    what the shelf raises.
    """
    return _place_archive(parcel, shelf) if parcel.archive else _place_files(parcel, shelf)


def _place_files(parcel: Parcel, shelf: Shelf) -> bool:
    final = str(parcel.manifest.number)
    partial = f".{final}.partial"
    ours = (parcel.folder / NAME).read_bytes()
    if _has(shelf, f"{final}/{NAME}", ours):
        return False
    if _has(shelf, f"{final}/{_LAST}", ours):  # cut short after the folder had its name
        shelf.rename(f"{final}/{_LAST}", f"{final}/{NAME}")
        return True
    if shelf.exists(final):
        message = f"something else called {final} lies there: it is not written over"
        raise TransportError(message, reason="other_release", permanent=True)
    shelf.remove(partial)
    shelf.make_folder(partial)
    for name in parcel.names:
        shelf.put(parcel.folder / name, f"{partial}/{_LAST if name == NAME else name}")
    shelf.rename(partial, final)
    shelf.rename(f"{final}/{_LAST}", f"{final}/{NAME}")
    return True


def _has(shelf: Shelf, name: str, content: bytes) -> bool:
    return shelf.read(name, len(content) + 1) == content


def _place_archive(parcel: Parcel, shelf: Shelf) -> bool:
    """Two archives that begin alike are one: the keys that each was encrypted with are its own."""
    assert parcel.archive is not None
    name = parcel.archive.name
    if shelf.exists(name):
        with parcel.archive.open("rb") as stream:
            begins = stream.read(_BEGINNING)
        size = parcel.archive.stat().st_size
        if shelf.size(name) == size and shelf.read(name, _BEGINNING) == begins:
            return False
        message = f"something else called {name} lies there: it is not written over"
        raise TransportError(message, reason="other_release", permanent=True)
    shelf.remove(f".{name}.partial")
    shelf.put(parcel.archive, f".{name}.partial")
    shelf.rename(f".{name}.partial", name)
    return True
