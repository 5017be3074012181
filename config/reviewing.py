"""The people who decide: how they sign in, what they are given, and where the console answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from config.section import Section, key
from config.values import HostPattern, HostPort, ServiceUrl


class MailTls(StrEnum):
    OFF = "off"
    STARTTLS = "starttls"
    TLS = "tls"


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
    dismissals_drawn: float = key(
        0.05,
        "Share of first dismissals, drawn by chance, that a second person decides as well, without "
        "knowing: how far people agree can only be told from such a sample. 0 for none.",
        "share, 0 to 1",
        ge=0,
        le=1,
    )
    address: ServiceUrl = key(
        "",
        "Where people reach the console, as a URL: alerts name it. Empty for http:// and `listen`.",
    )
    mail_host: str = key(
        "", "Server that alerts by e-mail are handed in at; empty for no alerts by e-mail."
    )
    mail_port: int = key(587, "Port of that server.", "TCP port", ge=1, le=65_535)
    mail_tls: MailTls = key(
        MailTls.STARTTLS,
        "How the way to it is encrypted: starttls, tls (from the first byte) or off.",
    )
    mail_user: str = key("", "Name to sign in there with; empty for none.")
    mail_password: Annotated[str, Field(repr=False)] = key(
        "", "Password for it; better in the environment than in a file of settings."
    )
    mail_sender: str = key("", "Address that alerts come from.")
    mail_domains: tuple[HostPattern, ...] = key(
        (), "Domains that alerts may go to by e-mail: exact names, or `*.name` for all below it."
    )
    webhook_hosts: tuple[HostPattern, ...] = key(
        (),
        "Hosts that alerts may go to by webhook, over HTTPS: exact names, or `*.name` for all "
        "below it. Empty for none. Hosts with private addresses are refused all the same.",
    )

    token_days: int = key(
        90, "Longest time that a token for the API is good for.", "days", ge=1, le=366
    )
    token_failures: int = key(
        30,
        "So many tokens that are good for nothing are told so in a minute, to one address and by "
        "one process; further ones are asked to wait. Good ones are never held up.",
        "attempts a minute",
        ge=1,
        le=10_000,
    )

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Review:
        if self.mail_host and not ("@" in self.mail_sender and self.mail_domains):
            raise ValueError("mail_host needs mail_sender (an address) and mail_domains")
        if self.mail_user and self.mail_tls is MailTls.OFF:
            raise ValueError("mail_user: a password does not go out in the clear; set mail_tls")
        return self
