"""The secret that is made when none is set."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

SECRET_FILE = "secret_key"


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
