from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from rich.console import Console

from cases import proposals, rechecking
from cases.intake import target_row
from cases.models import Case, Proposal
from cases.rechecking import Seen
from domain.errors import AccessError, InputError
from domain.rechecks import CheckResult, ProposalKind, Rules
from domain.states import CaseState
from domain.targets import parse_key
from nightly import reporting
from nightly.rendering import to_html, to_terminal
from review import service
from review.proposals import decide_proposal, open_proposals
from review.terminal import show_case
from tests.people import PASSWORD, analyst, outsider
from tests.records import case_in, new_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def moved() -> Case:
    """A confirmed case that was looked at again and moved, which is proposed."""
    case, run = case_in(CaseState.CONFIRMED), new_run()
    to, _ = target_row(parse_key("host:new.test"))
    seen = Seen(CheckResult.MOVED, "redirect", 0.6, changed=None, moved_to=to.pk)
    rechecking.record(case.pk, run, seen, Rules(3, 5, 3, 0.3))
    proposals.propose(case, run, ProposalKind.MOVED, {"says": "it redirects"}, other=to)
    return case


def command(password: str, what: str, *arguments: str) -> str:
    out = StringIO()
    sign_in = ("--user", "one", "--password-file", password)
    call_command("proposals", what, *sign_in, *arguments, stdout=out)
    return out.getvalue()


def test_proposals_are_listed_and_decided_at_the_command_line(moved: Case, password: str) -> None:
    analyst("one")
    (row,) = Proposal.objects.all()
    assert command(password, "list") == (
        f"{row.pk}  case {moved.pk} shop[.]test (confirmed): moved to new[.]test: it redirects\n"
    )
    assert command(password, "accept", str(row.pk)) == f"proposal {row.pk}: accepted\n"
    assert command(password, "list") == "nothing is proposed\n"


def test_an_outsider_sees_none(moved: Case) -> None:
    with pytest.raises(AccessError):
        open_proposals(outsider())


def test_a_reviewer_sees_looks_and_proposals_beside_the_case(moved: Case) -> None:
    out = StringIO()
    show_case(service.case_view(moved.pk, analyst("one")), Console(file=out, width=160))
    assert "2026-03-01: has moved" in out.getvalue()
    assert "moved to new[.]test: it redirects" in out.getvalue()


def test_the_report_has_a_section_of_what_was_looked_at_again(moved: Case) -> None:
    report = reporting.build(moved.checks.get().run)
    (line,) = report.looked_again
    assert (line.name, line.result, line.selling, line.moved_to) == (
        *("shop.test", "moved", None),
        "new.test",
    )
    out = StringIO()
    to_terminal(report, Console(file=out, width=160))
    for text in ("Looked at again", "moved (redirect)", "not known", "moved to new[.]test"):
        assert text in out.getvalue()
    page = to_html(report)
    assert "<h2>Looked at again</h2>" in page
    assert "moved to new[.]test: it redirects" in page


def test_restricted_cases_are_named_nowhere(moved: Case) -> None:
    Case.objects.filter(pk=moved.pk).update(restricted=True)
    report = reporting.build(moved.checks.get().run)
    assert (report.looked_again, report.proposals) == ([], [])
    (row,) = Proposal.objects.all()
    with pytest.raises(InputError, match=f"there is no proposal {row.pk}$"):
        decide_proposal(row.pk, analyst("one"), accept=True, reason="")
