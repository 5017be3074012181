"""The sessions of accounts on disk: one encrypted file each, ``NAME.session``, mode 0600.

A session is a credential. It is in the clear in the memory of the process that uses it, and
nowhere else.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cases.files import sync_folder
from channels.accounts.keys import KeySource, read_private, replace_private
from channels.accounts.sealing import Ring, Unopened, new_key
from domain.errors import InputError, VaultError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SUFFIX = ".session"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_name(name: str) -> str:
    """``name``, which is a file's too. Raises InputError where it cannot be an account's."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"an account's name is 1 to 40 small letters a-z, digits and -, not {name!r}"
        )
    return name


@dataclass(frozen=True, slots=True)
class Vault:
    """Sessions in ``folder`` (mode 0700), sealed with ``keys``.

    Every method raises VaultError, which names the file and never shows what is in it, and
    InputError for a name that cannot be an account's. Several processes may use one vault.
    """

    folder: Path
    keys: KeySource

    def path(self, name: str) -> Path:
        """Where the session of account ``name`` is."""
        return self.folder / f"{check_name(name)}{_SUFFIX}"

    def names(self) -> list[str]:
        """The accounts that there are sessions of."""
        found = (path.name.removesuffix(_SUFFIX) for path in self.folder.glob(f"*{_SUFFIX}"))
        return sorted(name for name in found if _NAME.fullmatch(name))

    def prepare(self) -> bool:
        """See to folder and key, so that a session can be stored. Returns whether a key was made.

        A new key is refused where sessions lie that another one sealed: that key is lost, or
        somewhere else.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise VaultError(f"{self.folder}: {error.strerror}") from error
        with self._locked(fcntl.LOCK_EX):
            self._check_not_gone()
            made = self.keys.make()
            self.keys.ring()
            return made

    def ring(self) -> Ring:
        """The keys. No new one is advised where sessions lie that it would not open."""
        self._check_not_gone()
        return self.keys.ring()

    def store(self, name: str, session: str) -> None:
        """Keep the session of account ``name``, in place of one before, whole or not at all."""
        path = self.path(name)
        with self._locked(fcntl.LOCK_EX):
            replace_private(path, self.ring().seal(name, session))

    def load(self, name: str) -> str:
        """The session of account ``name``."""
        path = self.path(name)
        with self._locked(fcntl.LOCK_SH):
            if not path.exists():
                raise VaultError(f"{path}: there is no session of {name}", permanent=True)
            return _opened(self.ring(), path, name)

    def remove(self, name: str) -> None:
        """Forget the session of account ``name``, if there is one."""
        path = self.path(name)
        if self.folder.is_dir():
            with self._locked(fcntl.LOCK_EX):
                path.unlink(missing_ok=True)
                sync_folder(self.folder)

    def rotate(self) -> int:
        """Seal all sessions with another key. Returns how many there are.

        A key file gets a new key beside the old one, then the sessions are sealed anew one by
        one, then the old key goes: killed in between, everything still opens, and rotating
        again ends it. A key from the environment is rotated by whoever sets it; this seals with
        the first of its keys what an older one sealed.
        """
        with self._locked(fcntl.LOCK_EX):
            ring = self.ring()
            opened = {name: _opened(ring, self.path(name), name) for name in self.names()}
            if not self.keys.in_environment:
                ring = Ring((new_key(), *ring.keys))
                self.keys.replace(ring)
            for name, session in opened.items():
                replace_private(self.path(name), ring.seal(name, session))
            if not self.keys.in_environment:
                self.keys.replace(Ring(ring.keys[:1]))
            return len(opened)

    def stale(self) -> list[str]:
        """The accounts whose sessions were not sealed with the key that seals now."""
        with self._locked(fcntl.LOCK_SH):
            ring = self.ring()
            files = {name: read_private(self.path(name)) for name in self.names()}
            return [name for name, sealed in files.items() if not ring.sealed_with_first(sealed)]

    def _check_not_gone(self) -> None:
        if not self.keys.there() and (names := self.names()):
            raise VaultError(
                f"{self.keys.path}: the key is gone that the sessions of {', '.join(names)} "
                "were sealed with; put it back, or retire these accounts",
                permanent=True,
            )

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """The folder, alone or with other readers; the kernel lets go when a holder dies."""
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise VaultError(f"{self.folder}: {error.strerror}", permanent=True) from error
        try:
            mode = stat.S_IMODE(os.fstat(handle).st_mode)
            if mode & _OTHERS:
                raise VaultError(
                    f"{self.folder} is open to others (mode {mode:04o}): chmod 700 {self.folder}",
                    permanent=True,
                )
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)


def _opened(ring: Ring, path: Path, name: str) -> str:
    try:
        return ring.open(name, read_private(path))
    except Unopened as error:
        raise VaultError(f"{path}: {error}", permanent=True) from None
