"""New hits are told once: through a real mail server, also after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings as live

from cases.models import Case, Person
from cases.people import Role, change_group
from config.schema import CHECKOUT
from domain.errors import RuleError
from domain.seeds import SeedList
from index import embedded
from index.feeding import sync
from nightly.alerting import LOCK, tell_alerts
from nightly.apps import plan_of
from nightly.lock import only_one
from nightly.night import Night
from nightly.progress import Quiet
from review.alerts import looking
from review.models import Alert
from tests.index.shops import captured, shop
from tests.net.certificates import tls_of
from tests.net.mailbox import OK, Mailbox, mail_server
from tests.people import person
from tests.records import new_run, page
from tests.review.console.alerting import TO, House, plan
from tests.review.console.served import Served, free_port


@pytest.fixture
def who(db: None) -> Person:
    return person("analyst1", Role.ANALYST)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def house(db: None, box: Mailbox, tmp_path: Path) -> House:
    return House(tmp_path, plan(box.port))


def test_new_hits_are_told_once_by_numbers_alone(house: House, box: Mailbox, who: Person) -> None:
    house.new("http://old.test/")
    saved = house.watch(who)
    assert house.tell() == {("in", "searches"): 1}
    one, two = house.new("http://one.test/"), house.new("http://two.test/")
    assert house.tell() == {
        ("in", "searches"): 1,
        ("out", "new hits"): 2,
        ("out", "alerts made"): 1,
        ("out", "alerts sent"): 1,
    }
    (mail,) = box.mails
    assert box.recipients == [TO]
    assert mail["Subject"] == "narcowatch: 2 new hits of a saved search"
    assert mail["From"] == "nw@unit.test"
    assert text_of(mail) == (
        f"Your saved search number {saved.pk} has 2 new hits.\n"
        f"Cases: {one.pk}, {two.pk}\n"
        f"https://console.test/search/saved/{saved.pk}\n"
    )
    assert house.tell() == {("in", "searches"): 1}
    assert len(box.mails) == 1
    alert = Alert.objects.get()
    assert (alert.state, alert.attempts) == ("sent", 1)
    assert str(alert.key) in mail["Message-ID"]


def test_what_changes_is_new_only_where_it_did_not_match(
    house: House, box: Mailbox, who: Person
) -> None:
    case = shop("http://one.test/", "мефедрон")
    captured(page("http://one.test/menu", "гашиш"))
    sync(house.engine)
    house.watch(who)
    captured(page("http://one.test/", "мефедрон снова"), at=who.date_joined)
    captured(page("http://one.test/menu", "гашиш и мефедрон"), at=who.date_joined)
    sync(house.engine)
    assert house.tell()[("out", "new hits")] == 1
    assert Alert.objects.get().cases == {str(case.pk): 1}
    assert len(box.mails) == 1


def test_one_refused_mail_does_not_stop_the_others(house: House, box: Mailbox, who: Person) -> None:
    house.watch(who)
    house.watch(who)
    refused = list[str]()

    def once(mail: Message) -> str:
        if refused:
            return OK
        refused.append(mail["Message-ID"])
        return "554 no"

    box.answer = once
    house.new("http://one.test/")
    counted = house.tell()
    assert counted[("failed", "mail: refused")] == counted[("out", "alerts sent")] == 1
    assert house.tell()[("out", "alerts sent")] == 1
    assert box.mails[1]["Message-ID"] == refused[0]
    assert Alert.objects.filter(state="sent").count() == len(box.mails) == 2


def test_a_server_that_is_down_is_tried_once_a_night_and_nothing_is_lost(
    house: House, box: Mailbox, who: Person
) -> None:
    for _ in range(3):
        house.watch(who)
    house.new("http://one.test/")
    up, house.plan = house.plan, plan(free_port())
    assert house.tell()[("failed", "mail: connection")] == 3
    assert Alert.objects.filter(state="waiting", attempts=1).count() == 3
    house.plan = up
    assert house.tell()[("out", "alerts sent")] == 3
    assert (len(box.mails), box.sessions) == (3, 1)


def test_a_server_that_says_nothing_costs_one_time_out(house: House, who: Person) -> None:
    for _ in range(3):
        house.watch(who)
    house.new("http://one.test/")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        house.plan = plan(silent.getsockname()[1], timeout_s=0.2)
        assert house.tell()[("failed", "mail: timeout")] == 3
        silent.settimeout(5)
        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_mail_goes_over_verified_tls(tmp_path: Path, who: Person) -> None:
    server, trusting = tls_of(tmp_path / "tls", "localhost")
    with mail_server(server) as box:
        house = House(tmp_path, plan(box.port, host="localhost", tls="starttls"))
        house.watch(who)
        house.new("http://one.test/")
        assert house.tell()[("failed", "mail: tls")] == 1
        assert box.mails == []
        house.plan = plan(box.port, host="localhost", tls="starttls", context=trusting)
        assert house.tell()[("out", "alerts sent")] == 1
        assert len(box.mails) == 1


def test_nothing_is_told_of_restricted_cases(house: House, box: Mailbox, who: Person) -> None:
    house.watch(who)
    one, two = house.new("http://one.test/"), house.new("http://two.test/")
    looking.look(house.engine)
    Case.objects.filter(pk=one.pk).update(restricted=True)
    house.tell()
    assert f"Cases: {two.pk}\n" in text_of(box.mails[0])
    three = house.new("http://three.test/")
    looking.look(house.engine)
    Case.objects.filter(pk=three.pk).update(restricted=True)
    assert house.tell()[("skipped", "alerts on cases that became restricted")] == 1
    assert len(box.mails) == 1


def test_whoever_may_not_read_cases_any_more_is_told_nothing(
    house: House, box: Mailbox, who: Person
) -> None:
    house.watch(who)
    house.new("http://one.test/")
    looking.look(house.engine)
    change_group(who, Role.REGULATOR, actor="test")
    assert house.tell() == {
        ("skipped", "searches of people who may not read cases"): 1,
        ("skipped", "alerts of people who may not read cases"): 1,
    }
    assert box.mails == []


def test_a_search_that_finds_too_much_is_said_to_be_so(
    house: House, who: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = house.watch(who)
    house.new("http://one.test/")
    house.new("http://two.test/")
    monkeypatch.setattr(embedded, "MAX_WINDOW", 1)
    assert house.tell() == {("failed", "searches too wide, or not understood"): 1}
    saved.refresh_from_db()
    assert "2 pages match" in saved.problem
    monkeypatch.undo()
    assert house.tell()[("out", "new hits")] == 2
    saved.refresh_from_db()
    assert saved.problem == ""


def test_what_waits_is_sent_while_the_index_fails(house: House, box: Mailbox, who: Person) -> None:
    house.watch(who)
    house.new("http://one.test/")
    looking.look(house.engine)
    (house.folder / "index" / "format.json").write_text("{}")
    assert house.tell() == {("failed", "index"): 1, ("out", "alerts sent"): 1}
    assert len(box.mails) == 1


def test_two_do_not_tell_at_once(house: House, who: Person, settings) -> None:
    house.watch(who)
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": house.folder})
    with only_one(house.folder / LOCK):
        with pytest.raises(RuleError, match="another telling of alerts"):
            house.tell()
        night = Night(new_run(), plan_of(settings.NARCOWATCH), SeedList((), (), ""), Quiet())
        assert tell_alerts(night) == {("skipped", "another process tells alerts"): 1}


def test_a_night_tells_all_that_it_did_although_it_was_killed_in_between(
    house: House, box: Mailbox, who: Person, settings
) -> None:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": house.folder})
    house.watch(who)
    house.watch(who)
    house.new("http://one.test/")
    planned = replace(plan_of(settings.NARCOWATCH), alerts=house.plan)
    night = Night(new_run(), planned, SeedList((), (), ""), Quiet())

    looking.look(house.engine, night.run)
    first = Alert.objects.earliest("pk")
    Alert.objects.filter(pk=first.pk).update(state="sent", sent_in=night.run)
    assert tell_alerts(night) == {
        ("in", "searches"): 2,
        ("out", "alerts made"): 2,
        ("out", "alerts sent"): 2,
    }
    assert len(box.mails) == 1


@pytest.mark.parametrize("taken", [False, True], ids=["before it was taken", "after"])
def test_a_killed_telling_is_made_up_for(
    empty_record: Path, tmp_path: Path, box: Mailbox, taken: bool
) -> None:
    served = told_house(empty_record, tmp_path / "data", box)
    saved = served.seed("watched", TO)
    running = list[subprocess.Popen[str]]()

    def kill(mail: Message) -> str:
        if taken:
            box.mails.append(mail)
        os.kill(running[0].pid, signal.SIGKILL)
        running[0].wait(30)
        return "451 later"

    box.answer = kill
    running.append(alerts(served))
    running[0].communicate(timeout=60)
    assert running[0].returncode == -signal.SIGKILL
    state = "select state, attempts from review_alert"
    assert served.rows(state) == [("sending", 1)]
    box.answer = lambda mail: OK
    again = alerts(served)
    out, _ = again.communicate(timeout=60)
    assert again.returncode == 0, out
    assert "out: 1 alerts sent again after being cut short" in out
    assert served.rows(state) == [("sent", 2)]
    # What was taken before the kill, nobody here can know of: it comes under one Message-ID.
    assert len(box.mails) == 1 + taken
    assert len({mail["Message-ID"] for mail in box.mails}) == 1
    assert f"/search/saved/{saved}" in text_of(box.mails[-1])
    last = alerts(served)
    assert "out" not in last.communicate(timeout=60)[0]
    assert len(box.mails) == 1 + taken


def text_of(mail: Message) -> str:
    return mail.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]


def told_house(empty: Path, data: Path, box: Mailbox) -> Served:
    """A data directory whose mail goes to ``box``; no console answers."""
    shutil.copytree(empty, data)
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_DATA_DIR": str(data),
        "NARCOWATCH_CONFIG": "",
        "NARCOWATCH_REVIEW__MAIL_HOST": "127.0.0.1",
        "NARCOWATCH_REVIEW__MAIL_PORT": str(box.port),
        "NARCOWATCH_REVIEW__MAIL_TLS": "off",
        "NARCOWATCH_REVIEW__MAIL_SENDER": "nw@unit.test",
        "NARCOWATCH_REVIEW__MAIL_DOMAINS": '["unit.test"]',
    }
    return Served(data, environ, 1)


def alerts(served: Served) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nightly.cli", "alerts"],
        env=served.environ, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
