"""Signing in to Telegram: phone, code and the second factor, each asked for once it is needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from typing import Any

from telethon import errors

from channels.mtproto.client import build_client, session_string
from channels.posts import AccountAccess
from domain.errors import BoundaryError, InputError, RuleError

_TRIES = 3
_PHONE = re.compile(r"\+?\d{7,15}")


class Question(Enum):
    """What the person who signs in is asked for."""

    PHONE = "Phone number, with country code"
    CODE = "Code that Telegram sent"
    PASSWORD = "Second password of the account"


#: Asks; the text, if any, says what was wrong with the answer before.
Ask = Callable[[Question, str], str]


def sign_in(access: AccountAccess, ask: Ask, keep: Callable[[int, str], None]) -> None:
    """Sign in by ``access``, which has no session yet.

    ``keep`` gets the user's number and the session; when it raises, the session is ended at
    Telegram, so that none is left that nobody keeps. The connection rests while ``ask`` waits
    for a person. Raises InputError for answers that are wrong, RuleError where Telegram wants a
    pause, BoundaryError where it cannot be reached or refuses; none of them holds an answer.
    """
    client = build_client(access, request_retries=2)
    with asyncio.Runner() as runner:
        try:
            _step(runner, client.connect())
            user = _signed_in(runner, client, ask)
            try:
                keep(user.id, session_string(client))
            except BaseException:
                with suppress(BoundaryError, RuleError):
                    _step(runner, client.log_out())
                raise
        finally:
            runner.run(_ended(client))


def _signed_in(runner: asyncio.Runner, client: Any, ask: Ask) -> Any:
    phone = re.sub(r"[\s()-]", "", ask(Question.PHONE, ""))
    if not _PHONE.fullmatch(phone):
        raise InputError("that is no phone number: country code and number, digits alone")
    _step(runner, client.send_code_request(phone))
    try:
        return _tried(
            ask,
            Question.CODE,
            lambda code: _step(runner, client.sign_in(phone, code.strip())),
            (errors.PhoneCodeInvalidError, errors.PhoneCodeEmptyError),
        )
    except errors.SessionPasswordNeededError:
        return _tried(
            ask,
            Question.PASSWORD,
            lambda password: _step(runner, client.sign_in(password=password)),
            (errors.PasswordHashInvalidError,),
        )


def _tried(
    ask: Ask,
    question: Question,
    answer: Callable[[str], Any],
    wrong: tuple[type[Exception], ...],
) -> Any:
    said = ""
    for _ in range(_TRIES):
        given = ask(question, said)
        try:
            if given.strip():
                return answer(given)
        except wrong:
            pass
        said = "That is wrong."
    raise InputError(f"{question.value}: wrong {_TRIES} times; begin again")


def _step(runner: asyncio.Runner, step: Coroutine[Any, Any, Any]) -> Any:
    """One step; what Telegram says to it is said in the words of the house."""
    try:
        return runner.run(step)
    except (
        errors.PhoneCodeInvalidError,
        errors.PhoneCodeEmptyError,
        errors.SessionPasswordNeededError,
        errors.PasswordHashInvalidError,
    ):
        raise
    except (errors.FloodWaitError, errors.FloodPremiumWaitError) as error:
        wait = timedelta(seconds=error.seconds)
        raise RuleError(f"Telegram asks to wait for {wait} before anybody tries again") from None
    except errors.RPCError as error:
        raise BoundaryError(f"Telegram refuses: {error}", permanent=True) from None
    except (OSError, TimeoutError) as error:
        raise BoundaryError(f"Telegram cannot be reached: {error}") from None


async def _ended(client: Any) -> None:
    await client.disconnect()
