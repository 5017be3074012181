"""The console as a server."""

from __future__ import annotations

from review.serving import Server


def console(listen: str, *, workers: int, threads: int) -> Server:
    """The server of the console at ``listen`` (HOST:PORT)."""
    return Server(
        listen, workers=workers, threads=threads, proc_name="narcowatch console", timeout=60,
        graceful_timeout=20, limit_request_line=4_094,
    )  # fmt: skip
