"""Keys and certificates as a unit would have them: made by OpenSSL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.net.authority import openssl

KINDS = {
    "ec": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "rsa": ("-newkey", "rsa:2048"),
    "ed25519": ("-newkey", "ed25519"),
}


@dataclass(frozen=True)
class Keys:
    """``both`` holds the private key and its certificate, ``ca`` the root that vouches for it."""

    key: Path
    certificate: Path
    ca: Path
    both: Path


def make(folder: Path, kind: str = "ec", days: str = "2") -> Keys:
    """A root and a key that it vouches for."""
    folder.mkdir()
    key, request, leaf, ca, ca_key, both = (
        folder / name for name in ("key", "csr", "leaf.pem", "ca.pem", "ca.key", "both.pem")
    )
    openssl(
        *("req", "-x509", *KINDS["ec"], "-nodes", "-days", "2", "-subj", "/CN=Test root"),
        *("-keyout", str(ca_key), "-out", str(ca)),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    subject = "/O=Cyber unit/CN=Releases"
    openssl(
        *("req", *KINDS[kind], "-nodes", "-subj", subject, "-keyout", str(key)),
        *("-out", str(request)),
    )
    extensions = folder / "ext"
    extensions.write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "subjectKeyIdentifier=hash\n"
    )
    openssl(
        *("x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(ca_key)),
        *("-CAcreateserial", "-days", days, "-extfile", str(extensions), "-out", str(leaf)),
    )
    both.write_bytes(key.read_bytes() + leaf.read_bytes())
    both.chmod(0o600)
    return Keys(key, leaf, ca, both)
