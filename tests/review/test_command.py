from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.models import Case
from domain.errors import AccessError
from domain.states import CaseState
from tests.people import PASSWORD, analyst
from tests.records import case_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return str(path)


def review(*arguments: str) -> str:
    out = StringIO()
    call_command("review", *arguments, stdout=out)
    return out.getvalue()


def test_two_people_confirm_at_the_command_line(password: str) -> None:
    case = case_in(CaseState.IN_REVIEW)
    for name, told in (
        ("one", "in_review, 1 of 2 confirmations; another person must look"),
        ("two", "confirmed, two people agree; the next export asks for it to be blocked"),
    ):
        analyst(name)
        out = review(
            *("confirm", str(case.pk), "--user", name, "--password-file", password),
            *("--jurisdiction", "ships_to", "--seconds", "31"),
        )
        assert out == f"case {case.pk}: {told}\n"
    decision = Case.objects.get(pk=case.pk).decisions.first()
    assert decision is not None
    assert (decision.jurisdiction, decision.seconds) == ("ships_to", 31)


def test_a_wrong_password_decides_nothing(tmp_path: Path) -> None:
    case = case_in(CaseState.IN_REVIEW)
    analyst("one")
    wrong = tmp_path / "wrong"
    wrong.write_text("guess")
    wrong.chmod(0o600)
    with pytest.raises(AccessError):
        review("dismiss", str(case.pk), "--user", "one", "--password-file", str(wrong))
    assert not case.decisions.exists()


def test_a_hold_names_its_end(password: str) -> None:
    case = case_in(CaseState.IN_REVIEW)
    analyst("one")
    out = review(
        *("hold", str(case.pk), "--user", "one", "--password-file", password),
        *("--reason", "operation", "--until", "2999-01-31"),
    )
    assert out.startswith(f"case {case.pk}: on_hold, nothing about it leaves the house")


def test_an_empty_queue_says_so(password: str) -> None:
    analyst("one")
    out = review("next", "--user", "one", "--password-file", password)
    assert out == "no case is waiting for you\n"


def test_a_dismissal_against_a_confirmation_asks_for_a_third_person(password: str) -> None:
    case = case_in(CaseState.IN_REVIEW)
    for name in ("one", "two", "three", "four"):
        analyst(name)
    ask = ("--password-file", password)
    review("confirm", str(case.pk), "--user", "one", "--jurisdiction", "sells_in", *ask)
    out = review("dismiss", str(case.pk), "--user", "two", "--reason", "a fan shop", *ask)
    assert out == f"case {case.pk}: escalated, another person, who has not decided it, must look\n"
    out = review("dismiss", str(case.pk), "--user", "three", "--reason", "a fan shop", *ask)
    assert out.startswith(f"case {case.pk}: dismissed, ")


def test_a_case_is_shown_with_its_options(password: str) -> None:
    case = case_in(CaseState.IN_REVIEW)
    analyst("one")
    ask = ("--user", "one", "--password-file", password)
    for arguments in (("next",), ("next", "--full"), ("show", str(case.pk), "--ngrams")):
        out = review(arguments[0], *arguments[1:], *ask)
        assert "shop[.]test" in out
        assert "queued because" in out
