"""The settings of requests and exports."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from config.section import Section, key, required, table
from config.values import AbsolutePath, HostPattern, Seconds, ServiceUrl, Share, Slug


class Scope(StrEnum):
    URL = "url"
    HOST = "host"
    DOMAIN = "domain"
    ONION = "onion"
    TELEGRAM = "telegram"


class Recipient(Section):
    name: Slug = required("What `narcowatch export --recipient` is given.")
    formats: Annotated[tuple[Slug, ...], Field(min_length=1)] = required(
        "Formats written for this recipient."
    )
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] = key(
        "KZ", "Where blocks apply, ISO 3166."
    )
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = key(
        tuple(Scope), "What this recipient can block."
    )
    receipt_certificates: AbsolutePath | None = key(
        None,
        "PEM file with the certificates that must vouch for the signer of this recipient's files "
        "of answers; set, files that are not signed are refused.",
    )


class Gate(Section):
    max_change_share: Share = key(
        0.10, "Largest change against the last export, as a share of it.", "share"
    )
    change_floor: int = key(
        50, "A change of up to this many entries always passes.", "entries", ge=0
    )
    canaries: tuple[HostPattern, ...] = key(
        ("egov.kz", "gov.kz", "kaspi.kz", "google.com", "telegram.org", "wikipedia.org"),
        "Hosts that no export may ever block; an export that does is refused.",
    )


class Authority(Section):
    unit: str = key("", "The unit that asks for blocks, as it signs letters.", max_length=300)
    contact: str = key("", "Where recipients ask back: e-mail or telephone.", max_length=300)


class Signing(Section):
    key_file: AbsolutePath | None = key(
        None,
        "PEM file with the private key that signs releases, its certificate and those between it "
        "and a root. Nobody else may read it.",
    )
    key_password_file: AbsolutePath | None = key(
        None, "File whose first line opens that key; unset for a key without a password."
    )
    service_url: ServiceUrl = key(
        "",
        "Signing service that is sent manifests and answers with detached CMS signatures, for a "
        "key or an algorithm that is not kept here. It may stand on a private address.",
    )
    service_timeout_s: Seconds = key(30.0, "Longest time for one signature.", "seconds")
    certificates: AbsolutePath | None = key(
        None,
        "PEM file with the certificates that a signature must be vouched for by before it leaves "
        "the house; unset to take whichever it brings.",
    )
    timestamp: bool = key(
        False, "Whether signatures are time-stamped by the authority of `evidence.timestamp_url`."
    )

    @model_validator(mode="after")
    def _one_signer(self) -> Signing:
        if self.key_file and self.service_url:
            raise ValueError("key_file and service_url: only one of them can sign")
        if self.timestamp and not (self.key_file or self.service_url):
            raise ValueError("timestamp: nothing signs, so there is no signature to stamp")
        return self


_ALL_FORMATS = ("json", "csv", "xml", "rpz", "domains", "urls", "telegram")


class Blocking(Section):
    recipients: tuple[Recipient, ...] = key(
        (Recipient(name="regulator", formats=_ALL_FORMATS),), "Who gets exports."
    )
    exports_dir: AbsolutePath | None = key(
        None, "Folder of the releases; unset for `exports` in the data directory."
    )
    validity_days: int = key(
        90, "How long a request holds before it is renewed.", "days", ge=1, le=3650
    )
    expiry_notice_days: int = key(
        14,
        "How long before a request runs out people are asked whether to renew it.",
        "days",
        ge=1,
        le=3650,
    )
    law_grounds: Annotated[tuple[str, ...], Field(min_length=1)] = key(
        ("Law of the Republic of Kazakhstan “On Communications”, article 41-1",),
        "Provisions named in a request.",
    )
    answer_days: int = key(
        3, "After how long without an answer what was sent counts as overdue.", "days", ge=1, le=365
    )
    receipt_max_bytes: int = key(
        5_000_000, "Largest file of answers that is read.", "bytes", ge=1_000, le=100_000_000
    )
    receipt_max_rows: int = key(
        50_000, "Most answers that are read of one file.", "rows", ge=1, le=1_000_000
    )
    authority: Authority = table(Authority, "Who asks.")
    signing: Signing = table(Signing, "Who signs releases.")
    gate: Gate = table(Gate, "Limits that an export must keep.")
