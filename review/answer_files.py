"""Files of answers that somebody has in hand, beside those that recipients send themselves."""

from __future__ import annotations

from datetime import tzinfo

from blocking import receipts
from blocking.plan import Bounds
from cases.models import Person
from cases.people import Role, may, require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from review.recipients import RECIPIENTS, Trusted, send_file

#: People of the house who take signed answers in.
TAKERS = frozenset({Role.SUPERVISOR, Role.OPERATOR})


def take_file(
    recipient: str,
    person: Person,
    data: bytes,
    name: str,
    *,
    bounds: Bounds,
    zone: tzinfo,
    trusted: Trusted,
    signature: bytes = b"",
    clock: Clock = utc_now,
) -> receipts.Received:
    """Take a file of answers that somebody has in hand: of their own recipient any, as
    ``send_file``; people who run exports take those that are signed, since these prove themselves.

    Raises AccessError for anybody else; InputError for a file that is none, and for one that the
    house cannot take since its recipient signs none.
    """
    if may(person, RECIPIENTS) and person.recipient == recipient:
        return send_file(
            person, data, name, bounds=bounds, zone=zone, trusted=trusted, signature=signature,
            clock=clock,
        )  # fmt: skip
    require(person, TAKERS, "take answers of recipients")
    certificates = trusted(recipient)
    if not certificates:
        raise InputError(f"{recipient} signs no answers: its own people send them")
    return receipts.receive_file(
        recipient,
        data,
        person,
        name=name,
        bounds=bounds,
        zone=zone,
        signature=signature,
        trusted=certificates,
        clock=clock,
    )
