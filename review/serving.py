"""Django behind gunicorn with threads: what the console and the public pages are served by."""

from __future__ import annotations

from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Answers at ``listen`` (HOST:PORT) with ``workers`` processes of ``threads`` each; the server
    in front of it is on this machine. Nothing is logged of who asks.

    ``settings`` are further ones of gunicorn by their names.
    """

    def __init__(self, listen: str, *, workers: int, threads: int, **settings: object) -> None:
        self._chosen: dict[str, Any] = {
            "bind": listen,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "control_socket_disable": True,
            "accesslog": None,
            "forwarded_allow_ips": "127.0.0.1",
            **settings,
        }
        super().__init__()

    def load_config(self) -> None:
        """Nothing is read from files or the environment but what was given."""
        for name, value in self._chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in each worker."""
        return get_wsgi_application()
