"""Keys and fingerprints are those of RFC 9580, appendix A."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.indicators import find_indicators
from classifiers.pgp import fingerprints
from crawlers.extraction import extract

BEGIN, END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
V4 = "xjMEU/NfCxYJKwYBBAHaRw8BAQdAPwmJlL3ZFu1AUxl5NOSofIBzOhKA1i+AEJku\nQ+47JAY="
V4_PRINT = "c959bdbafa32a2f89a153b678cfde12197965a9a"
V6 = "xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laM="
V6_PRINT = "cb186c4f0609a697e4d52dfa6c722b0c1f1e27c18a56708f6525ec27bad9acc9"
SPACED = " ".join(V4_PRINT[at : at + 4] for at in range(0, 40, 4)).upper()


def found(text: str) -> list[str]:
    return [value for _, _, value in fingerprints(text)]


def block(body: str, headers: str = "") -> str:
    return f"{BEGIN}\n{headers}\n{body}\n{END}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (block(V4), V4_PRINT),
        (block(V4, "Version: GnuPG v2\nComment: at web-keys\n"), V4_PRINT),
        (block(V4).replace("\n", " "), V4_PRINT),
        (block(V4 + "\n=fCRq"), ""),
        (block(V6), V6_PRINT),
        (f"PGP: {SPACED}", V4_PRINT),
        (f"GPG fingerprint: {V4_PRINT}", V4_PRINT),
        (f"отпечаток — {V4_PRINT.upper()}", V4_PRINT),
    ],
)
def test_keys_are_known_by_their_fingerprint(text: str, value: str) -> None:
    assert found(text) == ([value] if value else [])


def test_a_right_checksum_is_taken() -> None:
    assert found(block(V6 + "\n" + checksum(V6))) == [V6_PRINT]


def checksum(body: str) -> str:
    from base64 import b64decode, b64encode

    from classifiers.pgp import _crc24

    return "=" + b64encode(_crc24(b64decode(body)).to_bytes(3)).decode()


@pytest.mark.parametrize(
    "text",
    [
        block(V4[:40]),
        block("A" * 60),
        block(V4.replace("x", "*", 1)),
        block("x" * 90),
        f"commit {V4_PRINT}",
        f"{SPACED} ABCD",
        "0000 " * 10,
        BEGIN * 50,
    ],
)
def test_what_is_no_key_has_none(text: str) -> None:
    assert found(text) == []


def test_a_key_on_a_page_is_an_indicator() -> None:
    page = extract(f"<p>Наш ключ</p><pre>{block(V4)}</pre><p>@shop</p>", "http://a.test/")
    kinds = [
        (one.indicator.kind, one.indicator.value) for one in find_indicators(page.document.text)
    ]
    assert kinds == [("pgp", V4_PRINT), ("telegram", "shop")]


@given(st.text(alphabet="ABCDxyz019+/=\n :-", max_size=300))
def test_no_block_breaks_it(body: str) -> None:
    assert all(len(value) in (40, 64) for value in found(block(body)))
