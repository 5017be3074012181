"""Contacts and wallets in a text, each checked by its own rule before it counts.

Sources: onion v3 (rend-spec-v3), Base58Check (Bitcoin wiki), bech32 and bech32m (BIP 173, 350),
Ethereum's mixed-case checksum (EIP-55), Monero and OpenPGP (modules of their own), Tox IDs (Tox
protocol: pairs of bytes, XORed, give the last one), Session IDs (Session's account format), bank
cards (``domain.cards``), phones (libphonenumber). A card number never leaves this module whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

import base58
import phonenumbers

from classifiers.bech32 import is_segwit_address
from classifiers.monero import is_monero_address
from classifiers.pgp import fingerprints
from domain.assessment import Indicator
from domain.cards import MASK, MASKED, cards_in, masked_card
from domain.onion import ONION_IN_TEXT, is_valid_onion_v3

_MAX = 200
_BASE58 = re.compile(r"(?<![0-9A-Za-z])[13LMTD][1-9A-HJ-NP-Za-km-z]{25,34}(?![0-9A-Za-z])")
_SEGWIT = re.compile(r"(?<![0-9a-z])(?:bc|ltc)1[02-9ac-hj-np-z]{11,71}(?![0-9a-z])", re.I)
_XMR = re.compile(
    r"(?<![0-9A-Za-z])[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?(?![0-9A-Za-z])"
)
_TOX = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{76}(?![0-9A-Za-z])")
_SESSION = re.compile(r"(?<![0-9A-Za-z])05[0-9A-Fa-f]{64}(?![0-9A-Za-z])")
# XMPP addresses look like e-mail: what stands before one, or its server, tells.
_JABBER_BEFORE = re.compile(r"(?:jabber|xmpp|jid|д?жаб+(?:ер|а)|otr)\W{0,6}(?:id\W{0,4})?$", re.I)
_JABBER_SERVER = re.compile(
    r"@(?:[\w-]+\.)*(?:jabber\.[\w.]+|xmpp\.[\w.]+|[\w-]*(?:jabber|xmpp)[\w-]*\.[a-z]{2,}|exploit\.im"
    r"|thesecure\.biz|conversations\.im|draugr\.de|jabb\.im|0nl1ne\.at|creep\.im|sj\.ms)$",
    re.I,
)
_BEFORE = 24
_MANY_BYTES = 8
_ETH = re.compile(r"(?<![0-9A-Za-z])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])")
_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![\w-])", re.I | re.A
)
_TELEGRAM_LINK = re.compile(
    r"(?:https?://)?(?:t\.me|telegram\.(?:me|dog))/(?P<path>\+?[A-Za-z0-9_-]{4,64}(?:/[A-Za-z0-9_-]{10,64})?)"
    r"|tg://resolve\?domain=(?P<domain>[A-Za-z0-9_]{4,32})",
    re.I | re.A,
)  # fmt: skip
_HANDLE = re.compile(r"(?<![\w.@/+-])@(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})(?![\w.]*@)", re.A)
_PHONE_HINT = re.compile(r"\d[\d\s().-]{8,}\d")
_NOT_CHANNELS = frozenset({"joinchat", "addstickers", "share", "proxy", "socks", "login", "iv"})
# First byte of the payload to coin: P2PKH and P2SH of Bitcoin and Litecoin, TRON.
_VERSIONS = {0x00: "btc", 0x05: "btc", 0x30: "ltc", 0x32: "ltc", 0x41: "tron"}


@dataclass(frozen=True, slots=True)
class IndicatorAt:
    """An indicator at ``start`` to ``end`` of the original text."""

    start: int
    end: int
    indicator: Indicator


def find_indicators(text: str) -> list[IndicatorAt]:
    """The validated contacts and wallets of ``text`` (original, not normalised), left to right.

    At most 200; where two overlap, the one that starts first, then the longer, is kept.
    """
    finders: tuple[Callable[[str], Iterator[IndicatorAt]], ...] = (
        _onions, _wallets, _segwit, _ethereum, _monero, _pgp, _tox, _sessions, _mails, _telegram,
        _cards, _phones,
    )  # fmt: skip
    found = [one for finder in finders for one in finder(text)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[IndicatorAt] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept[:_MAX]


def _onions(text: str) -> Iterator[IndicatorAt]:
    for match in ONION_IN_TEXT.finditer(text):
        host = match.group().lower()
        if is_valid_onion_v3(host):
            yield IndicatorAt(*match.span(), Indicator("onion", host))


def _wallets(text: str) -> Iterator[IndicatorAt]:
    for match in _BASE58.finditer(text):
        try:
            payload = base58.b58decode_check(match.group())
        except ValueError:
            continue
        kind = _VERSIONS.get(payload[0]) if len(payload) == 21 else None
        if kind:
            yield IndicatorAt(*match.span(), Indicator(kind, match.group()))


def _segwit(text: str) -> Iterator[IndicatorAt]:
    for match in _SEGWIT.finditer(text):
        address = match.group()
        if address in {address.lower(), address.upper()} and is_segwit_address(address.lower()):
            kind = "btc" if address.lower().startswith("bc1") else "ltc"
            yield IndicatorAt(*match.span(), Indicator(kind, address.lower()))


def _ethereum(text: str) -> Iterator[IndicatorAt]:
    for match in _ETH.finditer(text):
        if _eip55(match.group()):
            yield IndicatorAt(*match.span(), Indicator("eth", match.group()))


def _eip55(address: str) -> bool:
    body = address[2:]
    if body in {body.lower(), body.upper()}:
        return True  # an address without mixed case carries no checksum
    digest = _keccak256(body.lower())
    return all(
        c.isdigit() or c.isupper() == (int(d, 16) >= 8) for c, d in zip(body, digest, strict=False)
    )


def _keccak256(text: str) -> str:
    """The digest in hexadecimal digits. Ethereum kept the padding of Keccak from before SHA-3, so
    hashlib's sha3_256 gives another one."""
    # The C library takes 40 ms to load, and few texts hold an address of mixed case.
    from Crypto.Hash import keccak

    return keccak.new(digest_bits=256, data=text.encode()).hexdigest()


def _monero(text: str) -> Iterator[IndicatorAt]:
    for match in _XMR.finditer(text):
        if is_monero_address(match.group()):
            yield IndicatorAt(*match.span(), Indicator("xmr", match.group()))


def _pgp(text: str) -> Iterator[IndicatorAt]:
    for start, end, value in fingerprints(text):
        yield IndicatorAt(start, end, Indicator("pgp", value))


def _tox(text: str) -> Iterator[IndicatorAt]:
    for match in _TOX.finditer(text):
        data = bytes.fromhex(match.group())
        even, odd = data[::2], data[1::2]
        if any(data) and not reduce(xor, even) and not reduce(xor, odd):
            yield IndicatorAt(*match.span(), Indicator("tox", match.group().lower()))


def _mails(text: str) -> Iterator[IndicatorAt]:
    for match in _MAIL.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        jabber = _JABBER_BEFORE.search(before) or _JABBER_SERVER.search(match.group())
        kind = "jabber" if jabber else "email"
        yield IndicatorAt(*match.span(), Indicator(kind, match.group().lower()))


def _sessions(text: str) -> Iterator[IndicatorAt]:
    """Session IDs: 05, then an X25519 public key, below 2^255 in little-endian order."""
    for match in _SESSION.finditer(text):
        key = bytes.fromhex(match.group()[2:])
        if not key[-1] & 0x80 and len(set(key)) > _MANY_BYTES:
            yield IndicatorAt(*match.span(), Indicator("session", match.group().lower()))


def _telegram(text: str) -> Iterator[IndicatorAt]:
    for match in _TELEGRAM_LINK.finditer(text):
        name = match.group("path") or match.group("domain")
        first, _, rest = name.partition("/")
        if first.lower() == "joinchat" and rest:
            yield IndicatorAt(*match.span(), Indicator("telegram_invite", f"+{rest}"))
        elif name.startswith("+"):
            yield IndicatorAt(*match.span(), Indicator("telegram_invite", first))
        elif first.lower() not in _NOT_CHANNELS:
            yield IndicatorAt(*match.span(), Indicator("telegram", first.lower()))
    for match in _HANDLE.finditer(text):
        yield IndicatorAt(*match.span(), Indicator("telegram", match.group("name").lower()))


def _cards(text: str) -> Iterator[IndicatorAt]:
    """Numbers, and those that the record has masked already."""
    for card in cards_in(text):
        yield IndicatorAt(card.start, card.end, Indicator("card", masked_card(card.digits)))
    for match in MASKED.finditer(text):
        shown = "".join(c for c in match.group() if c == MASK or c.isdigit())
        yield IndicatorAt(*match.span(), Indicator("card", shown))


def _phones(text: str) -> Iterator[IndicatorAt]:
    if not _PHONE_HINT.search(text):
        return
    for match in phonenumbers.PhoneNumberMatcher(text, "KZ"):
        number = match.number
        if number.country_code == 7:
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            yield IndicatorAt(match.start, match.end, Indicator("phone", value))
