"""Set-up shared by all tests: skips are counted, and in CI not taken for an answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# how long an example takes is the machine's affair, and no failure
# Whether a change lands must not hang on chance: there, the examples are the same every time.
settings.register_profile("narcowatch", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("narcowatch")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "folder in which the pictures of all pages of the console are left"
    parser.addoption("--pictures", metavar="FOLDER", type=Path, help=text)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # what the workers skip is told to the one that reports
        config.pluginmanager.register(Skips(), "narcowatch-skips")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With CI=true a test skipped for a missing system package fails."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if os.environ.get("CI") == "true" and "system package" in reason:
            report.outcome = "failed"
            report.longrepr = f"with CI=true nothing may be missing: {reason}"
    return report


class Skips:
    """Counts skipped tests and lists them at the end, with their reasons."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            self._lines.append(f"{report.nodeid}: {report.longrepr[2]}")

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self._lines:
            terminalreporter.section(f"{len(self._lines)} skipped")
            for line in self._lines:
                terminalreporter.line(line)
