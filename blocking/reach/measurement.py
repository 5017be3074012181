"""What one look at one URL from one vantage met, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Failure(StrEnum):
    """Where a look ended before a page came, in the order of the steps; ANSWERED is none.

    EGRESS is our own way out (the proxy, no route), which says nothing of the target. For
    INNER_ADDRESS the name had none but addresses that the guard refuses.
    """

    ANSWERED = "answered"
    EGRESS = "egress"
    DNS_NXDOMAIN = "dns_nxdomain"
    DNS_NO_ADDRESS = "dns_no_address"
    DNS_REFUSED = "dns_refused"
    DNS_SERVFAIL = "dns_servfail"
    DNS_TIMEOUT = "dns_timeout"
    DNS_ERROR = "dns_error"
    DNS_ANSWER = "dns_answer"
    INNER_ADDRESS = "inner_address"
    TCP_REFUSED = "tcp_refused"
    TCP_TIMEOUT = "tcp_timeout"
    TCP_UNREACHABLE = "tcp_unreachable"
    TLS_RESET = "tls_reset"
    TLS_TIMEOUT = "tls_timeout"
    TLS_CERTIFICATE = "tls_certificate"
    TLS_OTHER = "tls_other"
    HTTP_RESET = "http_reset"
    HTTP_TIMEOUT = "http_timeout"
    HTTP_OTHER = "http_other"


@dataclass(frozen=True, slots=True)
class Dns:
    """What a resolver said: ``failure`` is ANSWERED where it gave addresses, which are IPv4 first.
    ``errors`` are its extended error codes (RFC 8914: 15 is blocked, 16 censored, 17 filtered)."""

    failure: Failure
    addresses: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at one URL. Bodies are not kept.

    ``address`` was connected to; ``status`` is that of HTTP. ``location`` is where a redirect
    leads, scheme and host alone; ``length`` and ``sha256`` are of the part of the body that was
    read, ``normal_sha256`` of its normalised text. ``certified`` says that the answer came over
    TLS with a certificate of the host. ``page`` names the known block page or answer that it fits.
    """

    url: str
    dns: Dns
    failure: Failure = Failure.ANSWERED
    address: str = ""
    status: int = 0
    location: str = ""
    length: int = 0
    sha256: str = ""
    normal_sha256: str = ""
    certified: bool = False
    page: str = ""

    def as_json(self) -> dict[str, Any]:
        """As evidence: everything that is not empty."""
        return {name: value for name, value in asdict(self).items() if value}
