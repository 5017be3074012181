"""Services that the operator named, such as a time-stamp authority: one sending, one answer.

They may stand on a private address, which the address guard would refuse: whoever writes the
settings answers for where they are, as for a proxy. Nothing that was collected can name one.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from domain.errors import TransportError
from net.deadlines import TrustedBackend, deadline
from net.transport import GuardedTransport, pool_over

_PASSING = frozenset({408, 425, 429})


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
    headers = {"Content-Type": sends, "Accept": accepts, "Accept-Encoding": "identity"}
    with (
        _client(service) as client,
        client.stream("POST", service.url, content=content, headers=headers) as response,
    ):
        return _body(service, response, accepts)


def send_file(service: Service, path: Path, headers: Mapping[str, str]) -> None:
    """Send the file ``path`` in one POST, as a stream of known length. The service answers with a
    status of 200 to 299 when it has taken it; nothing of the answer's body is read.

    Raises TransportError as ``post``; ``http_status`` is permanent where trying again cannot help
    (RFC 9110: 4xx but for 408, 425 and 429).
    """
    with (
        path.open("rb") as content,
        _client(service) as client,
        client.stream("POST", service.url, content=content, headers=dict(headers)) as response,
    ):
        status = response.status_code
    if not httpx.codes.is_success(status):
        message = f"sending to {service.url}: it answered {status}"
        permanent = httpx.codes.is_client_error(status) and status not in _PASSING
        raise TransportError(message, reason="http_status", permanent=permanent)


@contextmanager
def _client(service: Service) -> Iterator[httpx.Client]:
    tls = service.tls or httpx.create_ssl_context(trust_env=False)
    transport = GuardedTransport(pool_over(TrustedBackend(), tls, connections=1))
    try:
        with (
            deadline(service.timeout_s),
            httpx.Client(transport=transport, timeout=service.timeout_s, trust_env=False) as client,
        ):
            yield client
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
