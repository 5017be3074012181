"""An outside signing service over HTTP, for keys and algorithms of others (national ones, say).

The service is sent the manifest itself as ``application/octet-stream`` and answers 200 with a
detached CMS signature of it in DER, ``application/pkcs7-signature`` (RFC 8551, 3.5.3). The
manifest holds digests, counts and the recipient's name, nothing of any case.
"""

from __future__ import annotations

from collections.abc import Callable

from net.services import Service, post

DATA, SIGNATURE = "application/octet-stream", "application/pkcs7-signature"


def signing_by(service: Service) -> Callable[[bytes], bytes]:
    """What has ``service`` sign the bytes it is given. It raises TransportError."""
    return lambda data: post(service, data, sends=DATA, accepts=SIGNATURE)
