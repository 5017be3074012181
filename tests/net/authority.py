"""A time-stamp authority of our own: OpenSSL's, behind a small HTTP server on loopback."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.net.answering import answering

needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="the system package openssl is missing"
)
REPLY = "application/timestamp-reply"
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
"""
_EXTENSIONS = """
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


@dataclass
class Authority:
    """Answers each query with what ``answer`` makes of it; ``queries`` are those it was sent."""

    folder: Path
    ca: Path
    url: str = ""
    status: int = 200
    media_type: str = REPLY
    answer: Callable[[bytes], bytes] = bytes
    queries: int = 0

    def sign(self, query: bytes) -> bytes:
        """What OpenSSL replies."""
        asked, reply = self.folder / "query", self.folder / "reply"
        asked.write_bytes(query)
        openssl(
            *("ts", "-reply", "-config", str(self.folder / "tsa.cnf")),
            *("-queryfile", str(asked), "-out", str(reply)),
        )
        return reply.read_bytes()


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def make(folder: Path) -> Authority:
    """Keys and certificates of a CA and of an authority that it vouches for."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "tsa.ext").write_text(_EXTENSIONS)
    (folder / "serial").write_text("01\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    key, request, ca = (str(folder / name) for name in ("tsa.key", "tsa.csr", "ca.pem"))
    ca_key = str(folder / "ca.key")
    openssl(
        *("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=Test CA"),
        *("-keyout", ca_key, "-out", ca),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    openssl("req", *new_key, "-subj", "/CN=Test TSA", "-keyout", key, "-out", request)
    openssl(
        *("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial"),
        *("-days", "2", "-extfile", str(folder / "tsa.ext"), "-out", str(folder / "tsa.pem")),
    )
    made = Authority(folder, Path(ca))
    made.answer = made.sign
    return made


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """``authority`` on a port of loopback."""

    def answers(_: Mapping[str, str], query: bytes) -> tuple[int, str, bytes]:
        authority.queries += 1
        return authority.status, authority.media_type, authority.answer(query)

    with answering(answers) as url:
        authority.url = f"{url}/tsa"
        yield authority
