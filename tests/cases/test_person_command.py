"""``narcowatch person`` as an operator meets it, the questions at a terminal included."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases import audit
from cases.models import AuditEvent, Person
from cases.people import sign_in
from config.schema import CHECKOUT
from domain.errors import AccessError, InputError
from tests.empty_record import put_record
from tests.people import PASSWORD, analyst

pytestmark = pytest.mark.django_db

OTHER = "another battery horse 9"


def person(*arguments: str) -> str:
    out = StringIO()
    call_command("person", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(OTHER)
    path.chmod(0o600)
    return str(path)


def actions() -> list[str]:
    return [event.action for event in AuditEvent.objects.order_by("seq")]


def test_a_name_is_looked_at_before_a_password_is_asked_for() -> None:
    analyst("taken")
    for name, complaint in (("YOU", "small letters"), ("taken", "already")):
        with pytest.raises(InputError, match=complaint):
            person("add", name, "--group", "analyst", "--password-file", "/nowhere")


def test_a_password_is_changed_and_the_chain_tells(password: str) -> None:
    one = analyst("one")
    assert person("password", "one", "--password-file", password) == "one has another password\n"
    assert sign_in("one", OTHER) == one
    with pytest.raises(AccessError):
        sign_in("one", PASSWORD)
    assert actions()[-1] == "person.password_changed"
    assert OTHER not in str(AuditEvent.objects.order_by("-seq").values())


def test_a_weak_password_changes_nothing(tmp_path: Path) -> None:
    analyst("one")
    weak = tmp_path / "weak"
    weak.write_text("1234")
    weak.chmod(0o600)
    with pytest.raises(InputError, match="one"):
        person("password", "one", "--password-file", str(weak))
    assert sign_in("one", PASSWORD).username == "one"
    assert actions() == ["person.added"]


def test_a_person_moves_from_one_group_to_another() -> None:
    analyst("one")
    assert person("group", "one", "--group", "supervisor") == "one is in supervisor\n"
    assert person("list") == "one  supervisor\n"
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.details) == (
        "person.group_changed",
        {"from": ["analyst"], "to": "supervisor"},
    )


def test_a_person_who_is_off_cannot_sign_in_until_on_again() -> None:
    analyst("one")
    assert person("off", "one") == "one is off\n"
    assert person("list") == "one  analyst  (off)\n"
    with pytest.raises(AccessError):
        sign_in("one", PASSWORD)
    person("on", "one")
    assert sign_in("one", PASSWORD).is_active
    assert actions()[-2:] == ["person.switched_off", "person.switched_on"]
    assert audit.verify().holds


@pytest.mark.parametrize("what", ["password", "off", "on"])
def test_nobody_of_that_name_is_told(what: str) -> None:
    with pytest.raises(InputError, match="no person called 'nobody'"):
        person(what, "nobody")
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("second", "code", "told"), [(PASSWORD, 0, "added to analyst"), (OTHER, 2, "not the same")]
)
def test_a_typed_password_is_typed_twice(tmp_path: Path, second: str, code: int, told: str) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "nightly.cli"]
    put_record(tmp_path / "var")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, "person", "add", "analyst1", "--group", "analyst"],
        cwd=tmp_path,
        env=environ,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as asking:
        os.close(theirs)
        assert asking.stdout is not None
        for prompt, typed in ((b"New password of analyst1: ", PASSWORD), (b"again: ", second)):
            shown = b""
            while not shown.endswith(prompt):
                shown += asking.stdout.read(1) or pytest.fail(shown.decode())
            os.write(ours, f"{typed}\n".encode())  # earlier, it would be thrown away
        out = asking.stdout.read().decode()
    os.close(ours)
    assert (asking.returncode, told in out) == (code, True), out


def test_people_of_the_regulators_group_belong_to_a_recipient(password: str) -> None:
    add = ("add", "aru", "--group", "regulator", "--password-file", password)
    with pytest.raises(InputError, match="no recipient is called 'nobody': regulator"):
        person(*add, "--recipient", "nobody")
    person(*add, "--recipient", "regulator")
    assert "aru  regulator of regulator" in person("list")
    assert AuditEvent.objects.get(action="person.added").details["recipient"] == "regulator"
    assert person("recipient", "aru", "none") == "aru is of no recipient\n"
    assert person("recipient", "aru", "regulator") == "aru is of regulator\n"
    changed = AuditEvent.objects.filter(action="person.recipient_changed").order_by("seq").last()
    assert changed.details == {"from": "", "to": "regulator"}
    person("group", "aru", "--group", "auditor")
    assert Person.objects.get(username="aru").recipient == ""


def test_nobody_else_belongs_to_one(password: str) -> None:
    analyst("one")
    with pytest.raises(InputError, match="only people of the group regulator"):
        person("recipient", "one", "regulator")
    add = ("add", "two", "--group", "auditor", "--password-file", password)
    with pytest.raises(InputError, match="only people of the group regulator"):
        person(*add, "--recipient", "regulator")
    assert not Person.objects.filter(username="two").exists()
