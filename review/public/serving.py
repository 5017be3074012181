"""The public pages as a server: strangers get shorter lines and less time than people do."""

from __future__ import annotations

from review.serving import Server


def public(listen: str, *, workers: int, threads: int) -> Server:
    """The server of the public pages at ``listen`` (HOST:PORT)."""
    return Server(
        listen, workers=workers, threads=threads, proc_name="narcowatch intake", timeout=30,
        graceful_timeout=10, limit_request_line=2_048, limit_request_fields=50,
    )  # fmt: skip
