"""Networks of caches (CDNs) and shields, told by what they write into an answer's headers.

The headers are those that the networks' own documents name: an address that such a network answers
from is shared by many sites, so that a block of it would hit them all. A site without such a mark
may still stand behind one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class _Mark(NamedTuple):
    """A header, and what its value says where the name alone does not."""

    header: str
    value: re.Pattern[str]
    network: str


def _mark(header: str, network: str, value: str = "") -> _Mark:
    return _Mark(header, re.compile(value, re.IGNORECASE), network)


_MARKS = (
    _mark("cf-ray", "Cloudflare"),
    _mark("server", "Cloudflare", r"\Acloudflare\b"),
    _mark("server", "DDoS-Guard", r"\Addos-guard\b"),
    _mark("server", "Akamai", r"\Aakamai"),
    _mark("x-akamai-transformed", "Akamai"),
    _mark("x-amz-cf-id", "Amazon CloudFront"),
    _mark("via", "Amazon CloudFront", r"\(CloudFront\)"),
    _mark("x-served-by", "Fastly", r"\Acache-"),
    _mark("x-fastly-request-id", "Fastly"),
    _mark("server", "Qrator", r"\Aqrator\b"),
    _mark("x-sucuri-id", "Sucuri"),
    _mark("x-iinfo", "Imperva"),
    _mark("server", "BunnyCDN", r"\Abunnycdn\b"),
    _mark("x-azure-ref", "Azure Front Door"),
    _mark("server", "G-Core", r"\Ag-?core"),
    _mark("x-vercel-id", "Vercel"),
)


#: Autonomous systems that announce the addresses of such networks, and of clouds whose addresses
#: pass from tenant to tenant within minutes.
_SHARED = {
    13335: "Cloudflare",
    209242: "Cloudflare",
    54113: "Fastly",
    12222: "Akamai",
    16625: "Akamai",
    20940: "Akamai",
    57724: "DDoS-Guard",
    262254: "DDoS-Guard",
    197068: "Qrator",
    30148: "Sucuri",
    19551: "Imperva",
    200325: "BunnyCDN",
    60068: "CDN77",
    199524: "G-Core",
    202422: "G-Core",
    22822: "Edgio",
    15133: "Edgio",
    14618: "Amazon",
    16509: "Amazon",
    8075: "Microsoft Azure",
    15169: "Google",
    396982: "Google Cloud",
    36459: "GitHub",
    45102: "Alibaba Cloud",
    200350: "Yandex Cloud",
}


def shared_network(asn: int) -> str:
    """The network of caches or the cloud that an autonomous system is, "" for any other."""
    return _SHARED.get(asn, "")


def cdn_of(headers: Iterable[tuple[str, str]]) -> str:
    """The network that an answer with ``headers`` came through, "" where none left a mark."""
    given = [(name.lower(), value) for name, value in headers]
    for mark in _MARKS:
        for name, value in given:
            if name == mark.header and mark.value.search(value):
                return mark.network
    return ""
