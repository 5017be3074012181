"""The settings of what is kept as evidence."""

from __future__ import annotations

from pydantic import PositiveInt, model_validator

from config.section import Section, key
from config.values import AbsolutePath, Seconds, ServiceUrl


class Evidence(Section):
    rotate_mb: PositiveInt = key(1024, "Size from which a WARC file is followed by the next.", "MB")
    fingerprint_days: PositiveInt = key(
        180,
        "How long a page's fingerprint is kept that stands for no case which people have seen.",
        "days",
    )
    timestamp_url: ServiceUrl = key(
        "",
        "Time-stamp authority (RFC 3161) that evidence bundles are stamped by; empty for none. It "
        "may stand on a private address.",
    )
    timestamp_ca: AbsolutePath | None = key(
        None, "Certificates that its time-stamps are verified with, PEM; needed with the URL."
    )
    timestamp_timeout_s: Seconds = key(30.0, "Longest time for one time-stamp.", "seconds")

    @model_validator(mode="after")
    def _verifiable(self) -> Evidence:
        if self.timestamp_url and self.timestamp_ca is None:
            raise ValueError("timestamp_ca: must be set, or no time-stamp can be verified")
        return self

    screenshots: bool = key(
        True,
        "Whether pages of cases in review are photographed, images blocked. With images only when "
        "a person asks for it.",
    )
    max_screenshots: int = key(500, "Pages photographed in one night.", "pages", ge=0)
    screenshot_height: int = key(
        12_000, "Height from which the rest of a page is cut off.", "pixels", ge=100, le=30_000
    )
