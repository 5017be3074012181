"""Signing in against the double: right answers, wrong ones, and a server that has its moods."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telethon import errors, functions
from telethon.crypto import rsa as known_keys

from channels.mtproto.client import build_client
from channels.mtproto.signing_in import Question, sign_in
from channels.posts import AccountAccess, TelegramServer
from domain.errors import BoundaryError, InputError, NarcowatchError, RuleError
from tests.world.mtproto.faults import Break, RpcFault
from tests.world.mtproto.server import TelegramDouble

PHONE, CODE, PASSWORD = "77015550199", "824680135", "correct horse"
RIGHT = {Question.PHONE: "+7 (701) 555-01-99", Question.CODE: CODE, Question.PASSWORD: PASSWORD}


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    before = dict(known_keys._server_keys)
    with TelegramDouble() as running:
        running.directory.add_account("one", PHONE, PASSWORD, CODE)
        yield running
    known_keys._server_keys.clear()
    known_keys._server_keys.update(before)


@pytest.fixture
def access(double: TelegramDouble, tmp_path: Path) -> AccountAccess:
    key_file = tmp_path / "server.pem"
    key_file.write_bytes(double.key.pem())
    server = TelegramServer(f"127.0.0.1:{double.port}", key_file)
    return AccountAccess("one", 1, "0" * 32, "", server)


class Person:
    """Gives the answers listed for each question, one after the other, then the right one."""

    def __init__(
        self, *wrong: tuple[Question, str], before: Callable[[Question], None] = lambda _: None
    ) -> None:
        self.asked: list[tuple[Question, str]] = []
        self._wrong = list(wrong)
        self._before = before

    def __call__(self, question: Question, said: str) -> str:
        self.asked.append((question, said))
        self._before(question)
        for one in self._wrong:
            if one[0] is question:
                self._wrong.remove(one)
                return one[1]
        return RIGHT[question]


def signed_in(access: AccountAccess, person: Person) -> tuple[int, str]:
    kept: list[tuple[int, str]] = []
    sign_in(access, person, lambda user, session: kept.append((user, session)))
    (found,) = kept
    return found


def me(access: AccountAccess) -> Any:
    async def ask() -> Any:
        client = build_client(access)
        await client.connect()
        try:
            return await client(functions.users.GetUsersRequest([]))
        finally:
            await client.disconnect()

    return asyncio.run(asyncio.wait_for(ask(), 60))[0]


def test_the_session_of_a_person_who_signed_in_is_good(access: AccountAccess) -> None:
    person = Person()
    user, session = signed_in(access, person)
    assert person.asked == [(one, "") for one in Question]
    assert me(replace(access, session=session)).id == user == 7_000


def test_no_log_however_loud_has_what_was_typed_or_the_session(
    access: AccountAccess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="telethon")
    wrong = (Question.CODE, "97531086420"), (Question.PASSWORD, "wrong donkey")
    _, session = signed_in(access, Person(*wrong))
    assert "Encrypting 1 message" in caplog.text
    for secret in (PHONE, CODE, PASSWORD, "97531086420", "wrong donkey", session, access.api_hash):
        assert secret not in caplog.text


def test_without_a_second_password_none_is_asked_for(
    double: TelegramDouble, access: AccountAccess
) -> None:
    double.directory.accounts["one"].password = ""
    person = Person()
    signed_in(access, person)
    assert [question for question, _ in person.asked] == [Question.PHONE, Question.CODE]


def test_a_wrong_answer_may_be_given_twice(access: AccountAccess) -> None:
    wrong = [(Question.CODE, "1"), (Question.CODE, " "), (Question.PASSWORD, "x")]
    person = Person(*wrong, (Question.PASSWORD, "y"))
    signed_in(access, person)
    again = "That is wrong."
    assert [said for question, said in person.asked if question is not Question.PHONE] == [
        *("", again, again),
        *("", again, again),
    ]


@pytest.mark.parametrize("question", [Question.CODE, Question.PASSWORD])
def test_three_wrong_answers_end_it(
    question: Question, double: TelegramDouble, access: AccountAccess
) -> None:
    with pytest.raises(InputError, match="wrong 3 times") as refused:
        signed_in(access, Person(*[(question, "not this one")] * 3))
    assert "not this one" not in str(refused.value)
    assert double.count("SignIn") + double.count("CheckPassword") <= 4


@pytest.mark.parametrize("phone", ["", "no", "+7701555019a", "123", "+7 701 555 01 99 00 00 00"])
def test_what_is_no_phone_number_is_sent_nowhere(
    phone: str, double: TelegramDouble, access: AccountAccess
) -> None:
    with pytest.raises(InputError, match="no phone number"):
        signed_in(access, Person((Question.PHONE, phone)))
    assert double.count("SendCode") == 0


@pytest.mark.parametrize(
    ("method", "fault", "kind", "said"),
    [
        ("SendCode", RpcFault(400, "PHONE_NUMBER_BANNED"), BoundaryError, "banned"),
        ("SendCode", RpcFault(420, "FLOOD_WAIT_72000"), RuleError, "20:00:00"),
        ("SendCode", RpcFault(400, "API_ID_INVALID"), BoundaryError, "Telegram refuses"),
        ("SignIn", RpcFault(400, "PHONE_CODE_EXPIRED"), BoundaryError, "expired"),
        ("CheckPassword", RpcFault(420, "FLOOD_WAIT_60"), RuleError, "0:01:00"),
        ("SignIn", RpcFault(500, "SOMETHING"), BoundaryError, "Telegram refuses"),
    ],
)
def test_what_telegram_says_is_told_and_no_answer_with_it(
    method: str,
    fault: RpcFault,
    kind: type[NarcowatchError],
    said: str,
    double: TelegramDouble,
    access: AccountAccess,
) -> None:
    double.faults.order(method, *[fault] * 3)
    with pytest.raises(kind, match=f"(?i){said}") as refused:
        signed_in(access, Person())
    for secret in (PHONE, CODE, PASSWORD):
        assert secret not in f"{refused.value!r}{refused.value.__cause__!r}"


def test_a_connection_that_ends_while_a_person_looks_for_the_code_is_taken_up_again(
    double: TelegramDouble, access: AccountAccess
) -> None:
    def cut(question: Question) -> None:
        if question is not Question.PHONE:
            double.cut()

    double.faults.order("SignIn", Break.CUT_WITHIN)
    assert signed_in(access, Person(before=cut))[0] == 7_000


def test_a_server_that_does_not_answer_is_named_as_that(
    double: TelegramDouble, access: AccountAccess
) -> None:
    double.stop()
    with pytest.raises(BoundaryError, match="cannot be reached"):
        signed_in(access, Person())


def test_a_session_that_cannot_be_kept_is_ended_at_telegram(
    double: TelegramDouble, access: AccountAccess
) -> None:
    sessions: list[str] = []

    def full(user: int, session: str) -> None:
        sessions.append(session)
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        sign_in(access, Person(), full)
    assert double.count("LogOut") == 1
    with pytest.raises(errors.UnauthorizedError):
        me(replace(access, session=sessions[0]))
