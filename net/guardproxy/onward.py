"""From the guard proxy to the servers: one request, one answer, by the one HTTP client."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from domain.errors import KeyFormatError, TransportError
from domain.onion import is_onion
from domain.targets import canonical_onion
from net.client import NetConfig, build_client, build_onion_client
from net.deadlines import deadline
from net.decoding import BoundedBody
from net.guardproxy.session import Session
from net.tor_pool import Circuit, TorPool

Pairs = tuple[tuple[bytes, bytes], ...]
#: Of one connection (RFC 9110, 7.6.1), or leading around the proxy.
_NOT_PASSED_ON = frozenset(
    {b"connection", b"keep-alive", b"proxy-authorization", b"proxy-connection", b"te", b"trailer"}
    | {b"transfer-encoding", b"upgrade", b"content-length", b"alt-svc", b"proxy-authenticate"}
)
#: Would contradict the User-Agent that fetches go under.
_TELLTALE = b"sec-ch-"
_PIECE = 16_384
_REFUSALS = frozenset(
    {"address_refused", "onion_refused", "not_onion"}
    | {"too many requests", "too many requests to one host"}
)
#: So many circuits are tried for one request before the onion service is taken to be down.
_CIRCUITS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that a browser makes."""

    method: str
    url: str
    host: str
    headers: Pairs


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser gets. The body is unpacked: its content coding is undone."""

    status: int
    headers: Pairs = ()
    body: bytes = b""


class Onward:
    """Fetches for all sessions. ``fetch`` is for threads. ``tor`` are the Tor clients.

    Certificates are not checked, as in the rest of the crawl: shops' own are often wrong.
    """

    def __init__(self, config: NetConfig, job: str) -> None:
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        config = replace(config, tls=tls)
        self.tor = TorPool(config.tor_socks, job)
        self._clearnet = build_client(config)
        self._onions = build_onion_client(config, self.tor)

    def fetch(self, wanted: Wanted, session: Session) -> Answer:
        """The answer to ``wanted``, or one that says that there is none. Counts every reason."""
        try:
            with deadline(session.seconds_left()):
                if is_onion(wanted.host):
                    return self._over_tor(wanted, session)
                return self._fetch(self._clearnet, wanted, session, _Trace(wanted.host, session))
        except TransportError as error:
            if error.reason in _REFUSALS:
                session.note_refused(error.reason.replace("_", " "))
                return Answer(403)
            session.note_failed(error.reason, wanted.url, str(error))
        except (httpx.InvalidURL, httpx.HTTPError):
            session.note_failed("bad_url", wanted.url)
        return Answer(502)

    def _over_tor(self, wanted: Wanted, session: Session) -> Answer:
        """The answer of an onion service. A circuit that fails is retired; as long as nothing was
        sent the next one is tried."""
        for more in reversed(range(_CIRCUITS)):
            trace = _Trace(wanted.host, session)
            circuit = self._circuit_of(wanted.host)
            try:
                return self._fetch(self._onions, wanted, session, trace)
            except TransportError as error:
                if error.permanent or error.reason == "tor_down":
                    raise
                if circuit is not None:
                    self.tor.retire(circuit)
                if trace.sent or not more or session.seconds_left() <= 0:
                    raise
        raise AssertionError("the last circuit's answer or failure was handed on")

    def _circuit_of(self, host: str) -> Circuit | None:
        try:
            return self.tor.circuit(canonical_onion(host))
        except (TransportError, KeyFormatError):  # who connects will say so
            return None

    def _fetch(
        self, client: httpx.Client, wanted: Wanted, session: Session, trace: _Trace
    ) -> Answer:
        request = httpx.Request(
            wanted.method,
            wanted.url,
            headers=[*passed_on(wanted.headers), (b"Connection", b"close")],
            extensions={
                "trace": trace,
                "timeout": dict.fromkeys(
                    ("connect", "read", "write", "pool"), session.seconds_left()
                ),
            },
        )
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            headers = passed_on(tuple(response.headers.raw))
            if policy := session.reach.policy:
                headers = (*headers, (b"Content-Security-Policy", policy.encode()))
            if refused := session.reach.against_answer(response.headers.get("content-type", "")):
                if 200 <= response.status_code < 300:
                    session.note_refused(refused)
                    return Answer(403)
                return Answer(response.status_code, headers)
            unpacked = tuple(one for one in headers if one[0].lower() != b"content-encoding")
            return Answer(response.status_code, unpacked, _body(response, session))
        finally:
            response.close()

    def close(self) -> None:
        self._clearnet.close()
        self._onions.close()


class _Trace:
    """Called by the connection (httpcore's extension ``trace``) at each of its steps."""

    def __init__(self, host: str, session: Session) -> None:
        self._host, self._session = host, session
        self.sent = False

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self._session.note_sent(self._host)
            self.sent = True


def _body(response: httpx.Response, session: Session) -> bytes:
    """The body, unpacked here within a bound: what a browser unpacks fills the browser's memory."""
    coding = response.headers.get("content-encoding", "")
    body = BoundedBody(str(response.url), coding, session.unpacked_left())
    for part in response.iter_raw(_PIECE):
        session.note_received(len(part))
        if session.bytes_left() <= 0:
            raise TransportError("too many bytes for one page", reason="too_large", permanent=True)
        body.add(part)
    content = body.content()
    session.note_unpacked(len(content))
    return content


def passed_on(headers: Pairs) -> Pairs:
    """The headers that a proxy hands on."""
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() not in _NOT_PASSED_ON and not name.lower().startswith(_TELLTALE)
    )
