"""A recipient's keys, made and used by the programs that recipients have: OpenSSL and GnuPG."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.net.authority import openssl

needs_gnupg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gnupg is not installed")


@dataclass(frozen=True)
class CmsKeys:
    """``public`` is what the sender gets."""

    public: Path
    private: Path

    def opened(self, data: bytes, folder: Path) -> bytes:
        """``data`` (CMS in DER) decrypted by OpenSSL."""
        sealed, clear = folder / "sealed", folder / "clear"
        sealed.write_bytes(data)
        openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(sealed),
                "-recip", str(self.public), "-inkey", str(self.private),
                "-out", str(clear))  # fmt: skip
        return clear.read_bytes()


def cms_keys(folder: Path, kind: str = "rsa:2048", days: str = "2") -> CmsKeys:
    private, public = folder / "private.pem", folder / "public.pem"
    openssl("req", "-x509", "-newkey", kind, "-noenc", "-keyout", str(private), "-days", days,
            "-subj", "/CN=recipient", "-out", str(public))  # fmt: skip
    return CmsKeys(public, private)


@dataclass(frozen=True)
class PgpKeys:
    """``public`` is what the sender gets; ``home`` is the recipient's keyring."""

    public: Path
    home: Path

    def opened(self, data: bytes) -> bytes:
        """``data`` decrypted by GnuPG."""
        return _gpg(self.home, "--decrypt", stdin=data)

    def secret(self) -> bytes:
        return _gpg(self.home, "--armor", "--export-secret-keys")


@contextmanager
def pgp_keys(folder: Path, algorithm: str = "future-default") -> Iterator[PgpKeys]:
    """Keys, and the agent that GnuPG starts for them, which is stopped at the end."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    _gpg(home, "--passphrase", "", "--quick-gen-key", "in@recipient.test", algorithm, "default",
         "2d")  # fmt: skip
    public = folder / "public.asc"
    public.write_bytes(_gpg(home, "--armor", "--export"))
    try:
        yield PgpKeys(public, home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def _gpg(home: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["gpg", "--homedir", str(home), "--batch", "--quiet", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
