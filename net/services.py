"""Services that the operator named, such as a time-stamp authority: one question, one answer.

They may stand on a private address, which the address guard would refuse: whoever writes the
settings answers for where they are, as for a proxy. Nothing that was collected can name one.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import httpx

from domain.errors import TransportError
from net.deadlines import TrustedBackend, deadline
from net.transport import GuardedTransport, pool_over


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service stands. The answer must have come whole within ``timeout_s``."""

    url: str
    timeout_s: float = 30.0
    max_bytes: int = 1_000_000
    tls: ssl.SSLContext | None = None


def post(service: Service, content: bytes, *, sends: str, accepts: str) -> bytes:
    """Send ``content`` of media type ``sends``; the body that comes back, which must be of type
    ``accepts``. Redirects are not followed, proxies not used.

    Raises TransportError; beside the reasons of GuardedTransport there are ``too_large``,
    ``http_status`` and ``content_type``.
    """
    tls = service.tls or httpx.create_ssl_context(trust_env=False)
    transport = GuardedTransport(pool_over(TrustedBackend(), tls, connections=1))
    headers = {"Content-Type": sends, "Accept": accepts, "Accept-Encoding": "identity"}
    try:
        with (
            deadline(service.timeout_s),
            httpx.Client(transport=transport, timeout=service.timeout_s, trust_env=False) as client,
            client.stream("POST", service.url, content=content, headers=headers) as response,
        ):
            return _body(service, response, accepts)
    except (httpx.InvalidURL, httpx.HTTPError) as error:
        message = f"asking {service.url}: {error}"
        raise TransportError(message, reason="bad_url", permanent=True) from error


def _body(service: Service, response: httpx.Response, accepts: str) -> bytes:
    if response.status_code != httpx.codes.OK:
        message = f"asking {service.url}: it answered {response.status_code}"
        raise TransportError(message, reason="http_status")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != accepts:
        message = f"asking {service.url}: it answered with {kind!r}, not {accepts}"
        raise TransportError(message, reason="content_type")
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > service.max_bytes:
            message = f"asking {service.url}: more than {service.max_bytes} bytes"
            raise TransportError(message, reason="too_large", permanent=True)
    return body
