"""An empty record: migrated once in each process of the tests, and copied for each that wants it.

Migrating takes as long as many a test; what the command itself does is tested where it is used.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_FILE = "narcowatch.sqlite3"


def put_record(data: Path) -> None:
    """Put an empty SQLite record into the data directory ``data``, which is made if need be."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_migrated(), data / _FILE)


@functools.cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="narcowatch-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("NARCOWATCH_")}
    subprocess.run(
        [sys.executable, "-m", "nightly.cli", "migrate", "--verbosity", "0"],
        env={**own, "NARCOWATCH_DATA_DIR": str(folder), "NARCOWATCH_CONFIG": ""},
        cwd=Path(__file__).resolve().parents[1],
        check=True,
    )
    return folder / _FILE
