"""Tokens on pages and at the command line: shown once, withdrawn by owner or administrator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cases.people import Role
from nightly.cli import main
from review import tokens
from review.models import Token
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client_in) -> Client:
    return client_in(Role.ANALYST, "analyst1")


def make(client: Client, *scopes: str, name: str = "a program", days: str = "7"):
    return client.post(reverse("tokens"), {"name": name, "scope": scopes, "days": days})


def test_a_new_one_is_shown_once(analyst: Client) -> None:
    answer = make(analyst, "cases:read", "search:read")
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    secret = re.search(r'<code id="secret">([^<]+)</code>', page)[1]
    grant = tokens.grant_of(secret)
    assert grant is not None
    assert grant.scopes == {"cases:read", "search:read"}
    again = analyst.get(reverse("tokens")).content.decode()
    assert secret.rpartition("_")[2] not in again
    assert "read cases" in again


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "a name"),
        ({"days": "91"}, "1 to 90 days"),
        ({"days": "-1"}, "1 to 90 days"),
        ({"days": "²"}, "1 to 90 days"),
        ({"scopes": ()}, "what the token is for"),
        ({"scopes": ("receipts:write",)}, "may not have a token for that"),
    ],
)
def test_what_is_refused_is_said(analyst: Client, given: dict, said: str) -> None:
    scopes = given.pop("scopes", ("cases:read",))
    answer = make(analyst, *scopes, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Token.objects.exists()


def test_its_name_is_data(analyst: Client) -> None:
    page = make(analyst, "cases:read", name="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_people_withdraw_their_own_and_administrators_anybodys(analyst: Client, client_in) -> None:
    make(analyst, "cases:read")
    make(analyst, "cases:read", name="another")
    first, second = Token.objects.order_by("pk")
    other, admin = client_in(Role.SUPERVISOR, "boss1"), client_in(Role.ADMINISTRATOR, "admin1")
    assert other.post(reverse("withdraw_token", args=[first.pk])).status_code == 404
    done = analyst.post(reverse("withdraw_token", args=[first.pk]))
    assert done["Location"] == reverse("tokens")
    assert "withdrawn" in analyst.get(reverse("tokens")).content.decode()
    listed = admin.get(reverse("all_tokens")).content.decode()
    assert "another" in listed
    assert "a program" not in listed
    done = admin.post(reverse("withdraw_token", args=[second.pk]), {"list": "all"})
    assert done["Location"] == reverse("all_tokens")
    assert {one.withdrawn_by for one in Token.objects.all()} == {"analyst1", "admin1"}


def test_the_command_asks_for_the_password_and_writes_the_token_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o600)
    person("regulator1", Role.REGULATOR)
    who = ("--user", "regulator1", "--password-file", str(tmp_path / "password"))
    wanted = ("--name", "a filter", "--scope", "exports:read", "--scope", "receipts:write")
    assert main(["token", "make", *who, *wanted, "--days", "3"]) == 0
    grant = tokens.grant_of(capsys.readouterr().out.strip())
    assert grant is not None
    assert grant.scopes == {"exports:read", "receipts:write"}
    assert main(["token", "list"]) == 0
    line = capsys.readouterr().out
    assert line.startswith(f"{grant.token_id}  regulator1  a filter  exports:read receipts:write")
    assert main(["token", "withdraw", str(grant.token_id)]) == 0
    assert main(["token", "withdraw", str(grant.token_id)]) == 2
    capsys.readouterr()
    assert main(["token", "list"]) == 0
    assert capsys.readouterr().out == ""
    (tmp_path / "password").write_text("wrong")
    assert main(["token", "make", *who, *wanted]) == 2
