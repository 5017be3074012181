"""Paper is made of what is there: nothing is fetched for it."""

from __future__ import annotations

import re
import socket
import threading
import zlib
from base64 import b64encode
from pathlib import Path

import pytest

from domain.paper import OwnFiles, Refused
from review.printing import OWN, pdf

PNG = b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
).decode()


def page(inside: str) -> str:
    return f"<!doctype html><html><body>{inside}</body></html>"


def test_a_page_becomes_paper_in_the_letters_of_three_languages() -> None:
    made = pdf(page("<h1>Қазақша Русский English</h1>"))
    assert made.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    inside = b"".join(zlib.decompress(one) for one in streams if one[:1] == b"\x78")
    assert b"DejaVu-Sans" in inside + made


def test_what_is_in_the_page_itself_is_drawn() -> None:
    assert pdf(page(f'<img src="data:image/png;base64,{PNG}">')).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "inside",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<style>@import "{url}";</style>',
        '<p style="background: url({url})">x</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/></svg>',
        '<object data="{url}"></object>',
    ],
)
def test_nothing_from_outside_is_fetched(inside: str) -> None:
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def answer() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            called.set()
            connection.close()

        listening = threading.Thread(target=answer)
        listening.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        with pytest.raises(Refused):
            pdf(page(inside.format(url=url)))
        assert not called.is_set()
        with socket.create_connection(server.getsockname()):
            pass  # lets the listener go
        listening.join(30)


def test_files_of_this_machine_are_not_read(tmp_path: Path) -> None:
    own = Path("review/static/console").resolve()
    outside = tmp_path / "secret.css"
    outside.write_text("")
    fetcher = OwnFiles(OWN)
    found = fetcher.fetch(f"file://{own}/paper.css")
    assert b"@page" in found.read()
    found.close()
    for url in (
        f"file://{outside}",
        f"file://{own}/../../service.py",
        f"file://{own}/%2e%2e/%2e%2e/service.py",
        f"file://elsewhere{own}/paper.css",
        "ftp://evil.test/a",
        "FILE:///etc/passwd",
        "/etc/passwd",
    ):
        with pytest.raises(Refused):
            fetcher.fetch(url)
