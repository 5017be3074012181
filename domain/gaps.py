"""Where what was sent and what was answered do not meet."""

from __future__ import annotations

from enum import StrEnum


class Gap(StrEnum):
    """One kind of gap between a release and the answers to it.

    *Unanswered* entries have no answer that counts; *lift_unanswered* are liftings without one.
    Answered twice are *contradicting* entries, which were refused and taken on, or answered what
    was not asked, and *repeated* ones, of which the same was said again. *Unknown* answers name no
    entry at all, *foreign* ones an entry that another recipient was sent.
    """

    UNANSWERED = "unanswered"
    LIFT_UNANSWERED = "lift_unanswered"
    CONTRADICTING = "contradicting"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


#: Gaps whose rows are orders; those of the others are rows of receipts.
OF_ORDERS = (Gap.UNANSWERED, Gap.LIFT_UNANSWERED, Gap.CONTRADICTING, Gap.REPEATED)


class Owed(StrEnum):
    """What a recipient owes the house, or the house a recipient, beyond its time.

    An *answer* to what was sent; the word that a lifting was *lifted*; and a lifting that is due
    and was *not_sent*, since no release followed or the settings name the recipient no more.
    """

    ANSWER = "answer"
    LIFTED = "lifted"
    NOT_SENT = "not_sent"
