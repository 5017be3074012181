"""The public pages as a server: gunicorn with threads, in front of Django."""

from __future__ import annotations

from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication


class Public(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Answers at ``listen`` (HOST:PORT) with ``workers`` processes of ``threads`` each. Nothing is
    logged of who asks."""

    def __init__(self, listen: str, *, workers: int, threads: int) -> None:
        self._chosen: dict[str, Any] = {
            "bind": listen,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "control_socket_disable": True,
            "timeout": 30,
            "graceful_timeout": 10,
            "accesslog": None,
            "proc_name": "narcowatch intake",
            "limit_request_line": 2_048,
            "limit_request_fields": 50,
            "forwarded_allow_ips": "127.0.0.1",
        }
        super().__init__()

    def load_config(self) -> None:
        """Nothing is read from files or the environment but what was given."""
        for name, value in self._chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in each worker."""
        return get_wsgi_application()
