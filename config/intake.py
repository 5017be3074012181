"""The process that takes tips and appeals: where it answers, and what it takes from whom."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Section, key
from config.values import DatabaseUrl, HostPort


class Intake(Section):
    listen: HostPort = key(
        "127.0.0.1:8610",
        "Where the public pages for tips and appeals answer, HOST:PORT. They speak plain HTTP: a "
        "server in front of them on the same machine speaks HTTPS to the outside.",
    )
    hosts: tuple[str, ...] = key(
        ("127.0.0.1", "localhost"), "Names that they are reached by; others are refused."
    )
    https: bool = key(
        False,
        "Whether people reach them over HTTPS. Cookies are then sent over it alone, and browsers "
        "are told to come no other way. In production they need it.",
    )
    language: Annotated[str, Field(pattern="^(kk|ru|en)$")] = key(
        "ru", "Language of the public pages where the reader's browser names none of the three."
    )
    database_url: DatabaseUrl = key(
        "",
        "Where they keep what is sent until the record takes it, apart from the record: empty for "
        "SQLite in `intake` of the data directory, sqlite:///PATH, or "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME.",
    )
    max_links: int = key(20, "Most links in one report.", "links", ge=1, le=1_000)
    max_text: int = key(
        4_000, "Longest text of a report or an appeal.", "characters", ge=100, le=100_000
    )
    max_body_kb: int = key(
        64, "Largest request that is read; larger ones are refused.", "kB", ge=8, le=10_000
    )
    sendings_per_hour: int = key(
        10, "Reports and appeals that one sender may send in an hour.", "sendings", ge=1
    )
    sendings_per_day: int = key(
        40, "Reports and appeals that one sender may send in a day.", "sendings", ge=1
    )
    all_per_hour: int = key(
        3_000, "Reports and appeals that are taken from all senders in an hour.", "sendings", ge=1
    )
    lookups_per_hour: int = key(
        60, "Numbers that one sender may follow up in an hour.", "lookups", ge=1
    )
    api_per_hour: int = key(
        600, "Requests that one token of the API may make in an hour.", "requests", ge=1
    )
    keep_days: int = key(
        365,
        "How long a sending can be followed up after its outcome; then it is erased there.",
        "days",
        ge=1,
        le=36_500,
    )
    appeal_days: int = key(
        15, "Days in which an appeal is to be decided; the console names those overdue.", "days",
        ge=1, le=365,
    )  # fmt: skip
