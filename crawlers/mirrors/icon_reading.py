"""An icon that came back: its digest, where it is one that can tell sites apart."""

from __future__ import annotations

from crawlers.bodies import looks_binary, media_type
from crawlers.fetches import Fetch
from crawlers.reading import Reading, unpacked
from domain.captures import Outcome
from domain.digests import sha256_hex
from domain.errors import TransportError

MOST_BYTES = 100_000
_IMAGES = frozenset({"PNG", "GIF", "JPEG", "WEBP", "icon"})
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_FEWEST_PIXELS = 8


def unwanted(content_type: str, length: int | None) -> tuple[Outcome, str] | None:
    """Why the body of an icon is not to be read, from its headers alone, or None if it is."""
    kind = media_type(content_type)
    if kind not in _UNTOLD and not kind.startswith("image/"):
        return Outcome.NO_ICON, kind[:80]
    if length is not None and length > MOST_BYTES:
        return Outcome.TOO_LARGE, f"icon of {length} bytes, {MOST_BYTES} are read"
    return None


def read(fetch: Fetch) -> Reading:
    """What came back of an icon: its digest, where it is one that can tell sites apart."""
    if fetch.outcome is not None:
        return Reading(fetch, fetch.outcome, fetch.detail)
    if fetch.status != 200:
        return Reading(fetch, Outcome.NO_ICON, f"status {fetch.status}")
    length = fetch.header("content-length")[:15]
    refused = unwanted(fetch.header("content-type"), int(length) if length.isdecimal() else None)
    if refused:
        return Reading(fetch, *refused)
    try:
        body = unpacked(fetch, MOST_BYTES)
    except TransportError as error:
        return Reading(fetch, Outcome.TOO_LARGE, str(error))
    if not fetch.complete or not _is_image(body):
        return Reading(fetch, Outcome.NO_ICON, "no picture, or not all of it")
    if _is_blank(body):
        return Reading(fetch, Outcome.OK, "icon of a few pixels")
    digest = sha256_hex(body)
    return Reading(fetch, Outcome.OK, f"icon {digest}", icon_digest=digest)


def _is_image(body: bytes) -> bool:
    return looks_binary(body) in _IMAGES or b"<svg" in body[:1_024].lower()


def _is_blank(body: bytes) -> bool:
    """Whether it has next to no pixels: what servers send so that browsers stop asking.

    Width and height stand at fixed places: PNG (ISO/IEC 15948, 11.2.2), GIF89a (section 18), and
    for each picture of an ICO file, in one byte each with 0 for 256.
    """
    match looks_binary(body):
        case "PNG":
            sides = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
        case "GIF":
            sides = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        case "icon":
            sides = body[6] or 256, body[7] or 256
        case _:
            return False
    return min(sides) < _FEWEST_PIXELS
