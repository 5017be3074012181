"""Loaded before Django reads its settings (``-p tests.environment``): an own data directory."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("NARCOWATCH_")]:
    if not name.startswith("NARCOWATCH_TEST_"):
        del os.environ[name]
DATA = tempfile.mkdtemp(prefix="narcowatch-test-")
os.environ["NARCOWATCH_DATA_DIR"] = DATA
os.environ["NARCOWATCH_CONFIG"] = ""
if url := os.environ.get("TEST_DATABASE_URL"):  # see tests.postgres
    os.environ["NARCOWATCH_DATABASE__URL"] = url
#: No dismissal is drawn for a second look by chance; tests of it say so.
os.environ["NARCOWATCH_REVIEW__DISMISSALS_DRAWN"] = "0"
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
