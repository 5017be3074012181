"""Deliveries as operators meet them: settings, the command, the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as live
from pydantic import ValidationError
from pytest_django import Settings

from blocking.apps import ways_of
from blocking.manifest import NAME, SIGNATURE
from blocking.models import Delivery
from cases.models import Person, Run
from config.blocking import Blocking
from config.delivering import Delivery as Configured
from domain.clock import utc_now
from domain.errors import InputError
from nightly import reporting
from nightly.lock import only_one
from nightly.rendering import to_html
from tests.blocking.commanding import Runs, running
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.signing import keys
from tests.net.authority import needs_openssl

pytestmark = [pytest.mark.django_db, needs_openssl]

#: Puts settings of ``blocking`` in force.
Puts = Callable[..., None]


@pytest.fixture
def puts(tmp_path: Path, settings: Settings, clock: Time) -> Puts:
    clock.now = utc_now()
    for name in ("var", "inbox"):
        (tmp_path / name).mkdir()
    plain = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path / "var"})

    def put(**blocking: object) -> None:
        given = plain.blocking.model_dump(mode="json") | blocking
        update = {"blocking": Blocking.model_validate(given)}
        settings.NARCOWATCH = plain.model_copy(update=update)

    put()
    return put


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    return running(tmp_path, capsys)


@pytest.fixture
def released(puts: Puts, confirmed: Confirmed, run, supervisor: Person) -> None:
    confirmed(host("shop.test"))
    assert run("export", "--recipient", "regulator")[0] == 0
    assert run("release", "regulator/1")[0] == 0


def way(folder: Path, **more: object) -> dict[str, object]:
    return {"name": "main", "recipient": "regulator", "to": f"file://{folder}", **more}


def test_a_release_goes_by_the_ways_of_the_settings_signed_before(
    released: None, puts: Puts, run, tmp_path: Path
) -> None:
    made = keys.make(tmp_path / "keys")
    puts(deliveries=[way(tmp_path / "inbox")], signing={"key_file": str(made.both)})
    code, told, _ = run("deliver")
    assert (code, told) == (0, "out: 1 delivered\nout: 1 signed\n")
    assert {NAME, SIGNATURE} <= {path.name for path in (tmp_path / "inbox" / "1").iterdir()}
    code, told, _ = run("verify-export", str(tmp_path / "inbox" / "1"), "--signed-by", str(made.ca))
    assert code == 0
    code, told, _ = run("deliver")
    assert (code, told) == (0, "nothing to deliver\n")


def test_what_does_not_arrive_is_told_by_the_command_and_by_the_report(
    released: None, puts: Puts, run, tmp_path: Path
) -> None:
    puts(deliveries=[way(tmp_path / "none")])
    code, told, wrong = run("deliver")
    assert (code, told) == (1, "failed: 1 no_folder\n")
    line = f"regulator/1 by main: no_folder, 1 attempts; {tmp_path / 'none'} is no folder"
    assert line in wrong
    report = reporting.build(Run.objects.create(kind="night", started_at=utc_now()))
    assert report.undelivered == [line]
    assert f"Release not delivered: {line}" in to_html(report)
    (tmp_path / "none").mkdir()
    assert run("deliver")[1] == "skipped: 1 waits for its next attempt\n"
    assert run("deliver", "--now")[0] == 0
    assert reporting.build(Run.objects.get(pk=report.run)).undelivered == []


def test_two_processes_do_not_deliver_at_once(
    released: None, puts: Puts, run, tmp_path: Path
) -> None:
    puts(deliveries=[way(tmp_path / "inbox")])
    with only_one(tmp_path / "var" / "deliveries.lock"):
        code, _, wrong = run("deliver")
    assert (code, "another delivery is at work here" in wrong) == (2, True)
    assert not Delivery.objects.exists()


def test_mail_needs_a_server_to_hand_it_in_at(
    puts: Puts, settings: Settings, tmp_path: Path
) -> None:
    regulator = {"name": "regulator", "formats": ["json"], "encryption_key": str(tmp_path / "k")}
    mail = {"name": "mail", "recipient": "regulator", "to": "mailto:in@recipient.test"}
    puts(recipients=[regulator], deliveries=[mail])
    with pytest.raises(InputError, match=r"mail needs review\.mail_host"):
        ways_of(settings.NARCOWATCH)
    review = {"mail_host": "mail.test", "mail_sender": "nw@unit.test"}
    told = settings.NARCOWATCH.review.model_copy(update=review)
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"review": told})
    (found,) = ways_of(settings.NARCOWATCH)
    assert (found.mail.host, found.mail.timeout_s) == ("mail.test", 300)
    assert found.encryption_key == tmp_path / "k"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "lists.test",
        "http://lists.test/",
        "ftp://lists.test/",
        "file://host/folder",
        "file:folder",
        "file:///",
        "sftp://lists.test/folder",
        "sftp://user:word@lists.test/folder",
        "sftp://user@lists.test",
        "sftp://user@lists.test:0/folder",
        "sftp://user@lists.test:65536/folder",
        "https://user@lists.test/",
        "https://lists.test/?a=b",
        "https://lists.test/#a",
        "https:///path",
        "mailto:nobody",
        "mailto:a@b.test,c@d.test",
        "https://списки.test/",
        "https://lists.test/a b",
        "https://lists.test/\n",
        "mailto:a%0Ab@c.test",
        "file:///a%00b",
    ],
)
def test_an_address_that_means_no_way_is_refused(to: str) -> None:
    with pytest.raises(ValidationError, match="to\n"):
        Configured(name="main", recipient="regulator", to=to)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"to": "sftp://u@h.test/f"}, "a delivery over SFTP needs key_file and known_hosts"),
        ({"to": "file:///f", "key_file": "/k"}, "key_file: not for file deliveries"),
        ({"to": "https://h.test/", "known_hosts": "/k"}, "known_hosts: not for https deliveries"),
        ({"to": "https://h.test/", "key_file": "/k"}, "certificate_file and key_file: one needs"),
        ({"to": "mailto:a@b.test", "ca_file": "/k"}, "ca_file: not for mailto deliveries"),
    ],
)
def test_keys_that_do_not_fit_the_way_are_refused(given: dict, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Configured(name="main", recipient="regulator", **given)


@pytest.mark.parametrize(
    ("deliveries", "told"),
    [
        ([way(Path("/f")), way(Path("/g"))], "two of them are called 'main'"),
        ([way(Path("/f"), recipient="nobody")], "is for 'nobody', which is no recipient"),
        ([way(Path("/f"), to="mailto:a@b.test")], "needs an encryption_key of recipient regulator"),
    ],
)
def test_deliveries_that_do_not_fit_together_are_refused(deliveries: list, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Blocking(deliveries=tuple(Configured(**one) for one in deliveries))
