"""Telling a service elsewhere something: one POST over HTTPS through the guarded client.

Whoever is told was named by a person in the console: the address guard holds, and the caller holds
the host against those that the operator allowed.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from domain.errors import TransportError
from net.client import NetConfig, build_client
from net.deadlines import deadline


def tell(config: NetConfig, url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """POST ``content`` to ``url``, which answers with a status of 200 to 299 when it has taken it.
    Redirects are not followed, and nothing of the answer's body is read.

    Raises TransportError, AddressRefused; beside the reasons of GuardedTransport there are
    ``not_https`` and ``http_status``. Messages name the host alone: addresses of webhooks carry
    secrets.
    """
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise TransportError("a webhook: no URL", reason="bad_url", permanent=True) from error
    if target.scheme != "https":
        message = f"telling {target.host}: only over HTTPS"
        raise TransportError(message, reason="not_https", permanent=True)
    try:
        with (
            deadline(config.timeout_s),
            build_client(config) as client,
            client.stream("POST", target, content=content, headers=dict(headers)) as response,
        ):
            status = response.status_code
    except httpx.HTTPError as error:
        message = f"telling {target.host}: {type(error).__name__}"
        raise TransportError(message, reason="bad_url", permanent=True) from error
    except TransportError as error:
        message = f"telling {target.host}: {error.reason}"
        raise TransportError(message, reason=error.reason, permanent=error.permanent) from error
    if not 200 <= status < 300:
        raise TransportError(f"telling {target.host}: it answered {status}", reason="http_status")
