"""A client at the real WSGI application, without a socket: what is timed is the server's work.

All middleware, templates and the opening of connections are in it, as gunicorn's threads have them;
whatever a network adds is not.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.middleware.csrf import CSRF_SESSION_KEY
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import Person
from review.console.account import BEGAN

DEVICE = "bench"
_CSRF = "a" * 32
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after how many seconds, of them how many of this process's own work, and SQL
    queries."""

    status: int
    body: bytes
    seconds: float
    working: float
    queries: int


@dataclass(slots=True)
class Asking:
    """Somebody who has given password and code; ``more`` stands in the session as well."""

    person: Person
    more: Mapping[str, Any] = field(default_factory=dict)
    _application: Any = field(default_factory=get_wsgi_application)
    _session: str = ""

    def sign_in(self) -> None:
        """Begin a session."""
        device, _ = TOTPDevice.objects.get_or_create(
            user=self.person, defaults={"confirmed": True, "name": DEVICE}
        )
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(self.person.pk),
                BACKEND_SESSION_KEY: _BACKEND,
                HASH_SESSION_KEY: self.person.get_session_auth_hash(),
                BEGAN: time.time(),
                DEVICE_ID_SESSION_KEY: device.persistent_id,
                CSRF_SESSION_KEY: _CSRF,
                **self.more,
            }
        )
        session.create()
        self._session = str(session.session_key)

    def get(self, address: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", address, b"")

    def post(self, address: str, **values: object) -> Answer:
        """Send a form, as the console's script does."""
        body = urlencode({**values, "csrfmiddlewaretoken": _CSRF}).encode()
        return self._ask("POST", address, body)

    def _ask(self, method: str, address: str, body: bytes) -> Answer:
        parts, told = urlsplit(address), list[str]()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8600",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT": "application/json" if method == "POST" else "text/html",
            "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={self._session}",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
        }
        with _counted() as count:
            started, worked = time.perf_counter(), time.process_time()
            chunks = self._application(environ, lambda status, headers: told.append(status))
            content = b"".join(chunks)
            chunks.close()
            seconds, working = time.perf_counter() - started, time.process_time() - worked
        return Answer(int(told[0].split()[0]), content, seconds, working, count[0])


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many statements are run meanwhile."""
    count = [0]

    def counting(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        count[0] += 1
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(counting))
        yield count
