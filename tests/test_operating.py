"""The operator's page names all that a report or a decision can say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.people import Role
from domain.captures import Outcome
from domain.decisions import Jurisdiction
from nightly.report import EXIT_COMPLETE, EXIT_COVERAGE, EXIT_FAILED, EXIT_SEEDS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*Outcome, *Jurisdiction])
def test_it_has_a_row_for_each(name: str) -> None:
    assert f"| `{name}` | " in PAGE


def test_it_names_every_group_and_every_exit_code() -> None:
    assert f"--group {'|'.join(Role)}" in PAGE
    for code in (EXIT_COMPLETE, EXIT_FAILED, EXIT_COVERAGE, EXIT_SEEDS):
        assert f"| {code} | " in PAGE
