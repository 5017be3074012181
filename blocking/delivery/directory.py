"""A folder of this machine, such as one that another program or machine shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.files import sync_folder, write_private
from domain.errors import TransportError

_CHUNK = 1 << 20


class Directory:
    """The shelf (see ``blocking.delivery.placing``) that is ``root``, which must be there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        if not root.is_dir():
            raise TransportError(f"{root} is no folder", reason="no_folder")

    def read(self, name: str, most: int) -> bytes | None:
        """See ``Shelf``."""
        with _told(name):
            try:
                with (self._root / name).open("rb") as stream:
                    return stream.read(most)
            except FileNotFoundError:
                return None

    def make_folder(self, name: str) -> None:
        """See ``Shelf``."""
        with _told(name):
            (self._root / name).mkdir(mode=0o700)

    def remove(self, name: str) -> None:
        """See ``Shelf``."""
        path = self._root / name
        with _told(name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def put(self, source: Path, name: str) -> None:
        """See ``Shelf``."""
        with _told(name), source.open("rb") as stream:
            write_private(self._root / name, iter(lambda: stream.read(_CHUNK), b""))

    def rename(self, old: str, new: str) -> None:
        """See ``Shelf``."""
        with _told(new):
            (self._root / old).replace(self._root / new)
            sync_folder((self._root / new).parent)

    def size(self, name: str) -> int:
        """See ``Shelf``."""
        with _told(name):
            return (self._root / name).stat().st_size

    def exists(self, name: str) -> bool:
        """See ``Shelf``."""
        return os.path.lexists(self._root / name)


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TransportError(f"{name}: {error.strerror}", reason="refused") from error
