"""What a safeguard found: a code that stays stable, what it is about, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why a target or an export is held back."""

    EMPTY = "empty"
    CHANGE = "change"
    SERIAL = "serial"
    CHAIN = "chain"
    FILES = "files"
    CANARY = "canary"
    PUBLIC_SUFFIX = "public_suffix"
    PLATFORM = "platform"
    NEVER_BLOCK = "never_block"
    LOOK_ALIKE = "look_alike"
    SHARED_ROOT = "shared_root"
    SHARED_ADDRESS = "shared_address"
    HELD = "held"
    COVERS_PROTECTED = "covers_protected"
    NOT_REQUESTED = "not_requested"
    OWN_DECISION = "own_decision"
    BAD_VALUE = "bad_value"
    ZONE = "zone"
    RESOLVER = "resolver"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``subject`` is a host, URL, entry or file."""

    code: Code
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message} [{self.code}]"
