"""Settings of the browser that renders pages which need JavaScript."""

from __future__ import annotations

from enum import StrEnum

from pydantic import PositiveInt

from config.section import Section, key
from config.values import Seconds


class RenderUse(StrEnum):
    AUTO = "auto"
    OFF = "off"


class Render(Section):
    max_pages: int = key(500, "Pages rendered in one crawl.", "pages", ge=0)
    max_pages_per_site: int = key(40, "Pages rendered of one site in one crawl.", "pages", ge=0)
    concurrency: int = key(2, "Pages rendered at a time.", "pages", ge=1, le=16)
    timeout_s: Seconds = key(30.0, "Longest time for one page, from start to end.", "seconds")
    max_requests: PositiveInt = key(80, "Requests sent for one page.", "requests")
    max_requests_per_host: PositiveInt = key(
        60, "Requests sent to any one host for one page.", "requests"
    )
    concurrency_per_host: int = key(
        3, "Requests of one page to one host at a time.", "requests", ge=1, le=32
    )
    max_bytes: PositiveInt = key(12_000_000, "Answers taken in for one page.", "bytes")
    browser_mb: PositiveInt = key(2_000, "Memory from which the browser is started anew.", "MB")
    user: str = key(
        "nobody",
        "The account that the browser runs under when narcowatch is started by root; an account of "
        "its own is better. Otherwise it runs under the account that starts narcowatch.",
        min_length=1,
    )
    unconfined: bool = key(
        False,
        "Whether pages are rendered where the kernel gives no namespaces (in some containers): the "
        "browser then has no sandbox, and only its own options keep it to the guard proxy.",
    )
