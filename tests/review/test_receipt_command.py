"""Files of answers taken in at the command line."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.management import call_command
from pytest_django import Settings

from blocking.models import Order, Receipt
from cases.people import Role, change_recipient
from domain.errors import AccessError, InputError
from domain.orders import OrderState
from tests.blocking.signing.keys import Keys, make
from tests.blocking.signing.test_opening import signed
from tests.people import PASSWORD, person
from tests.sent import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    (order,) = sent("one.test")
    path = tmp_path / "answers.csv"
    path.write_text(f"id,answer\n{order.request_id},accepted\n")
    return path


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Keys:
    """The recipient signs."""
    found = make(tmp_path / "keys")
    blocking = live.NARCOWATCH.blocking
    (one,) = blocking.recipients
    signing = one.model_copy(update={"receipt_certificates": found.ca})
    changed = blocking.model_copy(update={"recipients": (signing,)})
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"blocking": changed})
    return found


def command(tmp_path: Path, user: str, *arguments: object) -> str:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    out = StringIO()
    given = [str(one) for one in arguments]
    call_command(
        "receipt", "regulator", *given, "--user", user, "--password-file", str(password), stdout=out
    )
    return out.getvalue()


def test_people_of_the_recipient_take_in_their_own(answers: Path, tmp_path: Path) -> None:
    change_recipient(person("regulator1", Role.REGULATOR), "regulator", actor="test")
    assert command(tmp_path, "regulator1", answers) == (
        f"receipt {Receipt.objects.get().pk} of regulator: applied 1\n"
    )
    assert Order.objects.get().state == OrderState.ACCEPTED
    assert "nothing was done" in command(tmp_path, "regulator1", answers)


def test_the_house_takes_in_what_is_signed(answers: Path, tmp_path: Path, keys: Keys) -> None:
    person("operator1", Role.OPERATOR)
    with pytest.raises(InputError, match=r"answers\.csv: the file is not signed"):
        command(tmp_path, "operator1", answers)
    beside = tmp_path / "answers.p7s"
    beside.write_bytes(signed(answers.read_bytes(), keys, tmp_path, "PEM"))
    said = command(tmp_path, "operator1", answers, "--signature", beside)
    assert "signed by CN=Releases,O=Cyber unit, certificate SHA-256 " in said
    assert Receipt.objects.get().received_by.username == "operator1"


def test_the_house_takes_in_nothing_that_proves_nothing(answers: Path, tmp_path: Path) -> None:
    person("supervisor1", Role.SUPERVISOR)
    with pytest.raises(InputError, match="regulator signs no answers"):
        command(tmp_path, "supervisor1", answers)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.REGULATOR])
def test_nobody_else_does(answers: Path, tmp_path: Path, keys: Keys, role: Role) -> None:
    person("somebody", role)
    with pytest.raises(AccessError):
        command(tmp_path, "somebody", answers)
    assert not Receipt.objects.exists()
