"""One connection through a SOCKS5 proxy, as far as the proxy's answer (RFC 1928)."""

from __future__ import annotations

import socket

GRANTED = 0


def socks_reply(socks_port: int, host: str, port: int, timeout_s: float) -> int:
    """Ask the proxy on loopback to connect to ``host``; returns its reply code, 0 for success.

    Raises OSError where it says nothing in time.
    """
    with socket.create_connection(("127.0.0.1", socks_port), timeout=timeout_s) as link:
        link.sendall(b"\x05\x01\x00")
        link.recv(2)
        name = host.encode("ascii")
        head = b"\x05\x01\x00\x03" + bytes([len(name)])
        link.sendall(head + name + port.to_bytes(2, "big"))
        answer = link.recv(10)
    if len(answer) < 2:
        raise ConnectionError("the proxy hung up")
    return answer[1]
