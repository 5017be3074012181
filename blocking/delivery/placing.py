"""Putting a parcel into a folder, here or on another machine: one order of steps for both.

A release becomes visible at once: its files go into a folder with a temporary name, that is
renamed, and the manifest goes in last. A folder without a manifest is not an export. What a
delivery left behind that was cut short is removed by the next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from blocking.delivery.parcel import Parcel
from blocking.manifest import NAME
from domain.errors import TransportError


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

    def size(self, name: str) -> int | None:
        """How many bytes a file has, None where there is none."""


def place(parcel: Parcel, shelf: Shelf) -> bool:
    """Put ``parcel`` onto ``shelf``, False where it lies there already.

    Raises TransportError: ``other_release`` where a different release lies there under its number,
    and what the shelf raises.
    """
    return _place_archive(parcel, shelf) if parcel.archive else _place_files(parcel, shelf)


def _place_files(parcel: Parcel, shelf: Shelf) -> bool:
    final, partial = str(parcel.number), f".{parcel.number}.partial"
    ours = (parcel.folder / NAME).read_bytes()
    there = shelf.read(f"{final}/{NAME}", len(ours) + 1)
    if there == ours:
        return False
    if there is not None:
        message = f"another release {final} lies there: its {NAME} is not this one's"
        raise TransportError(message, reason="other_release", permanent=True)
    shelf.remove(partial)
    shelf.make_folder(partial)
    for name in parcel.names:
        if name != NAME:
            shelf.put(parcel.folder / name, f"{partial}/{name}")
    shelf.remove(final)
    shelf.rename(partial, final)
    shelf.put(parcel.folder / NAME, f"{final}/.{NAME}.partial")
    shelf.rename(f"{final}/.{NAME}.partial", f"{final}/{NAME}")
    return True


def _place_archive(parcel: Parcel, shelf: Shelf) -> bool:
    """An encrypted archive differs each time, so that one of this name is taken to be there."""
    assert parcel.archive is not None
    name = parcel.archive.name
    if shelf.size(name):
        return False
    shelf.remove(f".{name}.partial")
    shelf.put(parcel.archive, f".{name}.partial")
    shelf.rename(f".{name}.partial", name)
    return True
