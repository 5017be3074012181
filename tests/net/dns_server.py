"""A DNS server on loopback whose answers change with every question."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer:
    """``answers`` are the addresses that a name has at the first question, the second and so on;
    the last ones stay. ``asked`` counts questions for IPv4 addresses."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: Counter[str] = Counter()
        self.address = ""

    @contextmanager
    def running(self) -> Iterator[DnsServer]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            self.address = "{}:{}".format(*udp.getsockname())
            thread = threading.Thread(target=self._serve, args=(udp,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                udp.sendto(b"", udp.getsockname())
                thread.join()

    def _serve(self, udp: socket.socket) -> None:
        while True:
            data, sender = udp.recvfrom(4096)
            if not data:
                return
            udp.sendto(self.answer_to(data), sender)

    def answer_to(self, question: bytes) -> bytes:
        """The answer to a question, both as they go over the wire."""
        return self._answer(dns.message.from_wire(question)).to_wire()

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name not in self.answers:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            turns = self.answers[name]
            addresses = turns[min(self.asked[name], len(turns) - 1)]
            self.asked[name] += 1
            if addresses:
                rrset = dns.rrset.from_text(question.name, 0, "IN", "A", *addresses)
                answer.answer.append(rrset)
        return answer
