"""The secret of signatures and sessions: set, in a file of the operator's, or made when none is."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path

from config.errors import SettingsError
from config.values import SHORTEST_SECRET

SECRET_FILE = "secret_key"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secret_in(path: Path) -> str:
    """The first line of ``path``. Raises SettingsError when it cannot be read, others can read
    it, or it is too short."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError([f"secret_key_file = {str(path)!r}: {why}"]) from None
    if mode & _OTHERS:
        raise SettingsError(
            [f"secret_key_file = {str(path)!r}: others can read it: chmod 600 {path}"]
        )
    secret = lines[0].strip() if lines else ""
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            [
                f"secret_key_file = {str(path)!r}: its first line has {len(secret)} characters, "
                f"must have at least {SHORTEST_SECRET}"
            ]
        )
    return secret


def found_secret(data_dir: Path) -> str:
    """The secret kept in ``data_dir``, or one for this process alone where none is kept."""
    try:
        return (data_dir / SECRET_FILE).read_text()
    except OSError:
        return secrets.token_urlsafe(64)


def kept_secret(data_dir: Path) -> str:
    """The secret kept in ``data_dir``, made on first use with mode 0600.

    Several processes may start at once; all get the same. Raises OSError where the folder
    cannot be written.
    """
    path = data_dir / SECRET_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=f"{SECRET_FILE}.", dir=data_dir)
        draft = Path(name)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
