"""How releases are sealed here: entry points make it from settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.x509 import Certificate


@dataclass(frozen=True, slots=True)
class Seal:
    """How releases are sealed.

    ``sign`` gives a detached CMS signature of the bytes it takes, in DER; ``trusted`` are the
    certificates that it must be vouched for by (none: by whichever it brings); ``stamp`` gives a
    TimeStampResp (RFC 3161) that was verified. Both raise BoundaryError where they cannot.
    """

    sign: Callable[[bytes], bytes]
    trusted: Sequence[Certificate] = ()
    stamp: Callable[[bytes], bytes] | None = None
