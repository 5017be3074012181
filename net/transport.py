"""httpx over a connection pool whose connections are guarded; failures get short reasons."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from domain.errors import TransportError

#: Told apart from other failures: the headers came, the body did not come whole.
CUT_OFF = "truncated"
_KEPT_ALIVE_S = 10.0


class GuardedTransport(httpx.BaseTransport):
    """Sends requests over connections that ``pool``'s network backend opens.

    ``check_host`` is asked first; it is for an HTTP proxy, whose pool opens no guarded connections.

    Raises TransportError instead of httpx's own errors. Reasons: ``timeout``, ``dns``,
    ``connection``, ``tls``, ``protocol``, ``proxy``, ``bad_url``, ``address_refused``,
    ``onion_refused``, ``not_onion``, ``tor_down``, ``onion_down``, ``truncated``.
    """

    def __init__(
        self, pool: httpcore.ConnectionPool, check_host: Callable[[str], None] | None = None
    ) -> None:
        self._pool = pool
        self._check_host = check_host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise TypeError("the request's body must be readable without an event loop")
        if self._check_host is not None:
            self._check_host(request.url.host)
        with _failures_named(url):
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(url, response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, url: str, response: httpcore.Response) -> None:
        self._url = url
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            with _failures_named(self._url):
                yield from self._response.iter_stream()
        except TransportError as error:
            if error.reason in ("connection", "protocol", "tls"):
                message = f"reading {self._url}: the body was cut off ({error})"
                raise TransportError(message, reason=CUT_OFF) from error
            raise

    def close(self) -> None:
        self._response.close()


def pool_over(
    backend: httpcore.NetworkBackend,
    tls: ssl.SSLContext,
    *,
    connections: int = 32,
    http_proxy: str = "",
) -> httpcore.ConnectionPool:
    """A pool of connections opened by ``backend``, to the servers or to an HTTP proxy."""
    if http_proxy:
        url = httpx.URL(http_proxy)
        return httpcore.HTTPProxy(
            proxy_url=str(url.copy_with(username=None, password=None)),
            proxy_auth=(url.username, url.password) if url.username else None,
            ssl_context=tls,
            max_connections=connections,
            keepalive_expiry=_KEPT_ALIVE_S,
            network_backend=backend,
        )
    return httpcore.ConnectionPool(
        ssl_context=tls,
        max_connections=connections,
        keepalive_expiry=_KEPT_ALIVE_S,
        network_backend=backend,
    )


@contextmanager
def _failures_named(url: str) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TransportError(f"fetching {url}: {error or 'timed out'}", reason="timeout") from error
    except httpcore.ProxyError as error:
        raise TransportError(f"fetching {url}: proxy: {error}", reason="proxy") from error
    except httpcore.UnsupportedProtocol as error:
        raise TransportError(
            f"fetching {url}: {error}", reason="bad_url", permanent=True
        ) from error
    except httpcore.NetworkError as error:
        reason = "tls" if _from_tls(error) else "connection"
        raise TransportError(f"fetching {url}: {error}", reason=reason) from error
    except httpcore.ProtocolError as error:
        raise TransportError(f"fetching {url}: {error}", reason="protocol") from error


def _from_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
