"""One question to the resolver of a vantage."""

from __future__ import annotations

from ipaddress import ip_address

import dns.edns
import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import httpcore

from blocking.reach.measurement import Dns, Failure
from blocking.reach.plan import Vantage
from blocking.reach.ways import NoConnection, connect
from net.deadlines import time_left

_PORT = 53
_TRIES = 3
_CODES = {
    dns.rcode.NXDOMAIN: Failure.DNS_NXDOMAIN,
    dns.rcode.REFUSED: Failure.DNS_REFUSED,
    dns.rcode.SERVFAIL: Failure.DNS_SERVFAIL,
}
#: No answer at all, which a name that is dropped by policy has, too.
_SILENT = (dns.exception.Timeout, httpcore.TimeoutException)


def ask(name: str, vantage: Vantage, seconds: float) -> Dns:
    """The addresses that the resolver of ``vantage`` has for ``name``: IPv4, IPv6 where it has
    none. Through a proxy it is asked over TCP, which every resolver must answer (RFC 7766).

    Each question is asked three times at the most, within ``seconds`` and the deadline in force.
    """
    found = _asked(name, dns.rdatatype.A, vantage, seconds)
    if found.failure is Failure.DNS_NO_ADDRESS:
        six = _asked(name, dns.rdatatype.AAAA, vantage, seconds)
        return six if six.failure is Failure.ANSWERED else found
    return found


def _asked(name: str, kind: dns.rdatatype.RdataType, vantage: Vantage, seconds: float) -> Dns:
    try:
        query = dns.message.make_query(name, kind, use_edns=0)
    except dns.exception.DNSException:
        return Dns(Failure.DNS_ERROR)
    failure = Failure.DNS_TIMEOUT
    for _ in range(_TRIES):
        try:
            return _read(_sent(query, vantage, seconds / _TRIES))
        except _SILENT:
            failure = Failure.DNS_TIMEOUT
        except NoConnection:
            return Dns(Failure.EGRESS)
        except (dns.exception.DNSException, httpcore.NetworkError, OSError, EOFError):
            failure = Failure.DNS_ERROR
        try:
            time_left()
        except httpcore.TimeoutException:
            break
    return Dns(failure)


def _sent(query: dns.message.Message, vantage: Vantage, seconds: float) -> dns.message.Message:
    host, port = _resolver(vantage.resolver)
    if vantage.proxy:
        return _over_tcp(query, host, port, vantage.proxy, seconds)
    answer, _ = dns.query.udp_with_fallback(
        query, host, timeout=time_left(seconds), port=port, ignore_unexpected=True
    )
    return answer


def _over_tcp(
    query: dns.message.Message, host: str, port: int, proxy: str, seconds: float
) -> dns.message.Message:
    stream = connect(ip_address(host), port, proxy, seconds)
    try:
        wire = query.to_wire()
        stream.write(len(wire).to_bytes(2, "big") + wire, seconds)
        size = int.from_bytes(_exactly(stream, 2, seconds), "big")
        answer = dns.message.from_wire(_exactly(stream, size, seconds))
    finally:
        stream.close()
    if not query.is_response(answer):
        raise OSError("an answer to another question")
    return answer


def _exactly(stream: httpcore.NetworkStream, count: int, seconds: float) -> bytes:
    received = b""
    while len(received) < count:
        part = stream.read(count - len(received), seconds)
        if not part:
            raise OSError("the answer was cut off")
        received += part
    return received


def _read(answer: dns.message.Message) -> Dns:
    errors = tuple(int(error.code) for error in answer.extended_errors())
    if answer.rcode() != dns.rcode.NOERROR:
        return Dns(_CODES.get(answer.rcode(), Failure.DNS_ERROR), errors=errors)
    found = {
        item.address
        for rrset in answer.answer
        if rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA)
        for item in rrset
    }
    if not found:
        return Dns(Failure.DNS_NO_ADDRESS, errors=errors)
    return Dns(Failure.ANSWERED, tuple(sorted(found, key=ip_address)), errors)


def _resolver(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.removeprefix(":") or _PORT)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, _PORT
