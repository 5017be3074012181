"""Set-up shared by all tests: skips are counted, and in CI not taken for an answer."""

from __future__ import annotations

import os

import pytest


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
