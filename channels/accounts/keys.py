"""The key of the vault: given by the environment, or in a file of mode 0600."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cases.files import sync_folder, write_private
from channels.accounts.sealing import Ring, Unopened, new_key, parse_ring
from domain.errors import VaultError

VARIABLE = "NARCOWATCH_ACCOUNTS_KEY"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where the key comes from: ``text``, the variable's, or else the file at ``path``."""

    path: Path
    text: str = field(default="", repr=False)

    @property
    def in_environment(self) -> bool:
        return bool(self.text)

    @property
    def origin(self) -> str:
        """What messages call it."""
        return VARIABLE if self.text else str(self.path)

    def there(self) -> bool:
        """Whether there is a key, readable or not."""
        return bool(self.text) or os.path.lexists(self.path)

    def ring(self) -> Ring:
        """The keys. Raises VaultError when there is none, others can read it, or it is none."""
        text = self.text
        if not text:
            if not self.there():
                raise VaultError(
                    f"{self.path}: there is no key of the accounts' sessions; "
                    "`narcowatch channels key` makes one",
                    permanent=True,
                )
            text = read_private(self.path).decode(errors="replace")
        try:
            return parse_ring(text)
        except Unopened as error:
            raise VaultError(f"{self.origin}: {error}", permanent=True) from None

    def make(self) -> bool:
        """Put a new key into the file, whole or not at all. False when there is a key already.

        One process at a time makes or replaces a key; the vault sees to that.
        """
        if self.there():
            return False
        self.replace(Ring((new_key(),)))
        return True

    def replace(self, ring: Ring) -> None:
        """Have the file hold ``ring`` from now on, whole or not at all."""
        replace_private(self.path, ring.text().encode())


def read_private(path: Path) -> bytes:
    """What is in a file that nobody else may read. Raises VaultError where others may."""
    try:
        with path.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if mode & _OTHERS:
                raise VaultError(
                    f"{path} is open to others (mode {mode:04o}): chmod 600 {path}", permanent=True
                )
            return stream.read()
    except OSError as error:
        raise VaultError(f"{path}: {error.strerror}", permanent=True) from error


def replace_private(path: Path, content: bytes) -> None:
    """Have a file (mode 0600) hold ``content`` from now on, whole or not at all. One process at a
    time. Raises VaultError."""
    draft = path.with_name(f".{path.name}.partial")
    try:
        draft.unlink(missing_ok=True)  # of a process that was killed
        write_private(draft, [content])
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise VaultError(f"{path}: {error.strerror}") from error
