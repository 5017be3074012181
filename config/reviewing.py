"""The people who decide: how they sign in, what they are given, and where the console answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Section, key
from config.values import HostPort


class Review(Section):
    language: Annotated[str, Field(pattern="^(kk|ru|en)$")] = key(
        "en", "Language of pages and messages where the reader chose none: kk, ru or en."
    )
    listen: HostPort = key(
        "127.0.0.1:8600",
        "Where the console answers, HOST:PORT. It speaks plain HTTP: a server in front of it on "
        "the same machine speaks HTTPS to the outside.",
    )
    hosts: tuple[str, ...] = key(
        ("127.0.0.1", "localhost"), "Names that the console is reached by; others are refused."
    )
    https: bool = key(
        False,
        "Whether people reach the console over HTTPS. Cookies are then sent over it alone, and "
        "browsers are told to come no other way. In production the console needs it.",
    )
    second_factor: bool = key(
        True,
        "Whether signing in asks for a code of an authenticator. In production the console "
        "needs it.",
    )
    min_password_length: int = key(12, "Shortest password.", "characters", ge=8, le=128)
    failures: int = key(
        5,
        "So many wrong passwords in a row lock a name, from the address they come from.",
        "attempts",
        ge=2,
        le=100,
    )
    locked_minutes: float = key(15.0, "How long it is locked.", "minutes", gt=0, le=10_000)
    idle_minutes: float = key(
        30.0, "After so long without a page somebody is signed out.", "minutes", gt=0, le=1_440
    )
    session_hours: float = key(
        12.0, "After so long somebody has to sign in again in any case.", "hours", gt=0, le=72
    )
    lease_minutes: float = key(
        15.0,
        "How long a case that was given to somebody is given to nobody else, from the last sign "
        "of life on.",
        "minutes",
        gt=0,
        le=1_440,
    )
    undo_seconds: float = key(
        60.0, "How long a verdict can be taken back by whoever gave it.", "seconds", ge=0, le=600
    )
