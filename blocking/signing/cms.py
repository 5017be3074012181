"""CMS signatures (RFC 5652) in DER: detached ones made with a key from a file, and both detached
and attached ones verified.

What ``openssl cms -verify -binary -inform DER -content FILE`` accepts. Signature algorithms that
this program does not know (national ones, say) are named and not taken for verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    DuplicateExtension,
    ExtensionNotFound,
    InvalidVersion,
    Name,
    ObjectIdentifier,
    SubjectKeyIdentifier,
    load_pem_x509_certificates,
)
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from domain.errors import EvidenceError, InputError

_DATA, _SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
#: RSA with PKCS #1 v1.5 padding and ECDSA, with the digest of their own or the signer's (RFC 5754).
_RSA = {f"1.2.840.113549.1.1.{last}" for last in (1, 11, 12, 13)}
_ECDSA = {f"1.2.840.10045.4.3.{last}" for last in (2, 3, 4)}
_OID_TAG, _SEQUENCE_TAG, _LONG_LENGTH = 0x06, 0x30, 0x80
#: What the library raises for certificates and signatures that are malformed.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion, DuplicateExtension)
_UTC_TIME = b"\x17"
T = TypeVar("T")


@asn1.sequence
class _Oid:
    oid: ObjectIdentifier


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Attributes:
    """To write the attributes as the SET that is signed (RFC 5652, 5.4)."""

    attributes: asn1.SetOf[_Attribute]


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _SignerInfo:
    version: int
    signer: _IssuerAndSerial | Annotated[bytes, asn1.Implicit(0)]
    digest: asn1.TLV
    signed: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(0)]
    algorithm: asn1.TLV
    signature: bytes
    unsigned: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class _Encapsulated:
    kind: ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[asn1.TLV]
    inside: _Encapsulated
    certificates: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    revoked: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


class UnknownAlgorithmError(EvidenceError):
    """A signature of an algorithm that this program cannot verify."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the certificate's subject (RFC 4514), its SHA-256 in hexadecimal, and when the
    signer says that it was, which nothing but a time-stamp proves."""

    subject: str
    sha256: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its certificate, and the certificates between that and a root."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: tuple[Certificate, ...]

    @classmethod
    def from_pem(cls, data: bytes, origin: str, password: bytes | None = None) -> SigningKey:
        """The key and certificates in ``data``. Raises InputError naming ``origin``."""
        try:
            key = load_pem_private_key(data, password)
            found = load_pem_x509_certificates(data)
        except _UNREADABLE as error:
            raise InputError(f"{origin}: no private key with a certificate: {error}") from error
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise InputError(f"{origin}: the key must be RSA or of an elliptic curve")
        own = [one for one in found if one.public_key() == key.public_key()]
        if not own:
            raise InputError(f"{origin}: no certificate in it is of its key")
        others = [one for one in found if one not in own]
        return cls(key, (own[0], *others))

    def sign(self, data: bytes) -> bytes:
        """A detached signature of ``data`` with SHA-256."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self.certificates[0], self.key, hashes.SHA256())
        for certificate in self.certificates[1:]:
            builder = builder.add_certificate(certificate)
        options = [
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.NoCapabilities,
        ]
        return builder.sign(Encoding.DER, options)


def verify(
    data: bytes, signature: bytes, *, trusted: Sequence[Certificate] = (), at: datetime
) -> Signer:
    """Who signed ``data``.

    With ``trusted`` certificates the signer's must be one of them or be vouched for by one, and
    valid ``at`` that time; without any it is only held against the signature. Raises
    EvidenceError that says what does not hold, UnknownAlgorithmError for one that cannot be told.
    """
    try:
        signed = _parsed(signature)
        if signed.inside.content is not None:
            raise EvidenceError("the signature is not detached: it holds a content of its own")
        return _verified(data, signed, trusted, at)
    except _UNREADABLE as error:
        raise EvidenceError(f"a part of the signature cannot be read: {error}") from error


def verify_attached(
    signed_data: bytes, *, trusted: Sequence[Certificate] = (), at: datetime
) -> tuple[bytes, Signer]:
    """What is in a signature that holds its content, and who signed it. Raises as ``verify``."""
    try:
        signed = _parsed(signed_data)
        content = signed.inside.content
        if content is None:
            raise EvidenceError("the signature is detached: what it signs is not in it")
        return content, _verified(content, signed, trusted, at)
    except _UNREADABLE as error:
        raise EvidenceError(f"a part of the signature cannot be read: {error}") from error


def _verified(
    data: bytes, signed: _SignedData, trusted: Sequence[Certificate], at: datetime
) -> Signer:
    (info,) = signed.signers.as_list()
    certificates = _certificates(signed)
    own = _own(info, certificates)
    attributes = {one.kind.dotted_string: one.values.as_list() for one in _attributes(info)}
    _check_digest(data, info, attributes)
    to_be_signed = data if info.signed is None else _as_set(info.signed)
    _check_signature(own, info, to_be_signed)
    if trusted:
        _check_trust(own, certificates, trusted, at)
    return Signer(
        own.subject.rfc4514_string(),
        own.fingerprint(hashes.SHA256()).hex(),
        _signing_time(attributes),
    )


def _parsed(signature: bytes) -> _SignedData:
    try:
        info = asn1.decode_der(_ContentInfo, signature)
    except ValueError as error:
        raise EvidenceError(f"no CMS signature in DER: {error}") from error
    signed = info.content
    if info.kind.dotted_string != _SIGNED_DATA or signed.inside.kind.dotted_string != _DATA:
        raise EvidenceError("no CMS signature of data")
    if len(signed.signers.as_list()) != 1:
        raise EvidenceError(f"{len(signed.signers.as_list())} signers, there must be one")
    return signed


def _attributes(info: _SignerInfo) -> list[_Attribute]:
    found = info.signed.as_list() if info.signed is not None else []
    if len({one.kind.dotted_string for one in found}) != len(found):
        raise EvidenceError("a signed attribute stands twice")
    return found


def _certificates(signed: _SignedData) -> list[Certificate]:
    if signed.certificates is None:
        return []
    return [_parse(one, Certificate) for one in signed.certificates.as_list()]


def _own(info: _SignerInfo, certificates: Sequence[Certificate]) -> Certificate:
    for one in certificates:
        match info.signer:
            case _IssuerAndSerial() as named:
                if named.serial == one.serial_number and _same_name(named.issuer, one.issuer):
                    return one
            case bytes() as key_id:
                if key_id in _key_ids(one):
                    return one
    raise EvidenceError("the signer's certificate is not in the signature")


def _same_name(given: asn1.TLV, issuer: Name) -> bool:
    return issuer.public_bytes() == _whole(given)


def _key_ids(certificate: Certificate) -> list[bytes]:
    try:
        extension = certificate.extensions.get_extension_for_class(SubjectKeyIdentifier)
    except ExtensionNotFound:
        return []
    return [extension.value.digest]


def _check_digest(data: bytes, info: _SignerInfo, attributes: dict[str, list[asn1.TLV]]) -> None:
    if info.signed is None:
        return
    hashed = _hash_of(info)
    found = [_parse(value, bytes) for value in attributes.get(_MESSAGE_DIGEST, ())]
    if found != [hashlib.new(hashed.name, data).digest()]:
        raise EvidenceError("it is the signature of something else, or what it signs was changed")
    kinds = [_parse(v, ObjectIdentifier).dotted_string for v in attributes.get(_CONTENT_TYPE, ())]
    if kinds != [_DATA]:
        raise EvidenceError("the signature does not say that it is one of data")


def _check_signature(own: Certificate, info: _SignerInfo, signed: bytes) -> None:
    algorithm, hashed, key = _oid_of(info.algorithm), _hash_of(info), own.public_key()
    try:
        match key:
            case rsa.RSAPublicKey() if algorithm in _RSA:
                key.verify(info.signature, signed, padding.PKCS1v15(), hashed)
            case ec.EllipticCurvePublicKey() if algorithm in _ECDSA:
                key.verify(info.signature, signed, ec.ECDSA(hashed))
            case _:
                raise UnknownAlgorithmError(f"signatures of algorithm {algorithm} are not known")
    except InvalidSignature as error:
        raise EvidenceError("the signature is not of this key: it was changed") from error


def _check_trust(
    own: Certificate, others: Sequence[Certificate], trusted: Sequence[Certificate], at: datetime
) -> None:
    name = own.subject.rfc4514_string()
    if not own.not_valid_before_utc <= at <= own.not_valid_after_utc:
        raise EvidenceError(f"the certificate of {name} is not valid at {at.isoformat()}")
    if own in trusted:
        return
    anything = ExtensionPolicy.permit_all()
    authority = anything.require_present(BasicConstraints, Criticality.AGNOSTIC, None)
    policy = PolicyBuilder().store(Store(list(trusted))).time(at)
    policy = policy.extension_policies(ca_policy=authority, ee_policy=anything)
    try:
        policy.build_client_verifier().verify(own, [one for one in others if one != own])
    except VerificationError as error:
        raise EvidenceError(f"nothing trusted vouches for the certificate of {name}") from error


def _signing_time(attributes: dict[str, list[asn1.TLV]]) -> datetime | None:
    """The attribute of RFC 5652, 11.3: a UTCTime until 2049, a GeneralizedTime after it."""
    for value in attributes.get(_SIGNING_TIME, ()):
        if value.tag_bytes == _UTC_TIME:
            return _parse(value, asn1.UTCTime).as_datetime()
        return _parse(value, asn1.GeneralizedTime).as_datetime()
    return None


def _hash_of(info: _SignerInfo) -> hashes.HashAlgorithm:
    oid = _oid_of(info.digest)
    if oid not in _HASHES:
        raise UnknownAlgorithmError(f"signatures with the digest {oid} are not known")
    return _HASHES[oid]()


def _as_set(attributes: asn1.SetOf[_Attribute]) -> bytes:
    return _inside(asn1.encode_der(_Attributes(attributes=attributes)))


def _oid_of(algorithm: asn1.TLV) -> str:
    """The identifier that an AlgorithmIdentifier begins with, whatever parameters follow."""
    data = bytes(algorithm.data)
    if len(data) < 2 or data[0] != _OID_TAG or data[1] >= _LONG_LENGTH:
        raise EvidenceError("an algorithm in the signature has no identifier")
    oid = data[: 2 + data[1]]
    return asn1.decode_der(_Oid, bytes([_SEQUENCE_TAG, len(oid)]) + oid).oid.dotted_string


def _parse(value: asn1.TLV, kind: type[T]) -> T:
    parsed: T = value.parse(kind)
    return parsed


def _whole(value: asn1.TLV) -> bytes:
    """The element with its tag and length."""
    return value.tag_bytes + _length(len(value.data)) + bytes(value.data)


def _length(size: int) -> bytes:
    """A length in DER (X.690, 10.1)."""
    if size < _LONG_LENGTH:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([_LONG_LENGTH | len(octets)]) + octets


def _inside(element: bytes) -> bytes:
    """An element in DER without its tag of one octet and its length."""
    octets = element[1] & ~_LONG_LENGTH if element[1] & _LONG_LENGTH else 0
    return element[2 + octets :]
