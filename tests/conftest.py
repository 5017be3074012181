"""Set-up shared by all tests: an own data directory, and skips that are counted honestly."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

_DATA = tempfile.mkdtemp(prefix="narcowatch-test-")
os.environ["NARCOWATCH_DATA_DIR"] = _DATA
os.environ.pop("NARCOWATCH_CONFIG", None)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SKIPPED] = []


_SKIPPED: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With CI=true a test skipped for a missing system package fails."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        item.config.stash[_SKIPPED].append(f"{item.nodeid}: {reason}")
        if os.environ.get("CI") == "true" and "system package" in reason:
            report.outcome = "failed"
            report.longrepr = f"with CI=true nothing may be missing: {reason}"
    return report


def pytest_terminal_summary(terminalreporter, exitstatus: int, config: pytest.Config) -> None:
    skipped = config.stash[_SKIPPED]
    if skipped:
        terminalreporter.section(f"{len(skipped)} skipped")
        for line in skipped:
            terminalreporter.line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    shutil.rmtree(_DATA, ignore_errors=True)
