from __future__ import annotations

from pathlib import Path

import pytest

from cases.models import Person
from cases.people import Role, add_person, sign_in
from cases.signing_in import person_of, read_password
from domain.errors import AccessError, InputError
from tests.people import PASSWORD, analyst

pytestmark = pytest.mark.django_db


def test_the_right_password_signs_in() -> None:
    one = analyst()
    assert sign_in("analyst", PASSWORD) == one


def test_wrong_name_wrong_password_and_inactive_look_the_same() -> None:
    one = analyst()
    one.is_active = False
    one.save()
    messages = set()
    for name, password in (("analyst", "wrong"), ("analyst", PASSWORD)):
        with pytest.raises(AccessError) as caught:
            sign_in(name, password)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_passwords_are_stored_with_argon2() -> None:
    assert Person.objects.get(pk=analyst().pk).password.startswith("argon2")


def test_a_weak_password_and_a_taken_name_are_refused() -> None:
    with pytest.raises(InputError, match="weak"):
        add_person("weak", "1234", Role.ANALYST, actor="test")
    analyst()
    with pytest.raises(InputError, match="already"):
        add_person("analyst", PASSWORD, Role.ANALYST, actor="test")


def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        read_password("?", str(file))
    file.chmod(0o600)
    analyst()
    assert person_of("analyst", str(file)).username == "analyst"


def test_a_missing_password_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="nowhere"):
        read_password("?", str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["аnna", "Anna", "a nna", "", "x", "a" * 61, "ａnna"])
def test_a_name_that_could_be_taken_for_another_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="small letters"):
        add_person(name, PASSWORD, Role.ANALYST, actor="test")


def test_a_password_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe\n")
    file.chmod(0o600)
    with pytest.raises(AccessError, match="not UTF-8"):
        read_password("?", str(file))
