"""What codes are called on the public pages, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domain.told import Asks, Told
from review.public.reading import Wrong

TOLD = {
    Told.RECEIVED: _("Received. Nobody has looked at it yet."),
    Told.LOOKING: _("It is being looked at."),
    Told.ACTED: _("It was looked at, and measures were taken."),
    Told.CLOSED: _("It was looked at. No measures are planned at present."),
    Told.UPHELD: _("Decided: the appeal was upheld."),
    Told.LIFTED: _("Decided: the appeal was upheld, and the block was lifted."),
    Told.REJECTED: _("Decided: the appeal was rejected."),
}
ASKS = {
    Asks.LIFT: _("Lift the block"),
    Asks.NARROW: _("Make the block narrower"),
    Asks.EXPLAIN: _("Tell why it is blocked"),
}
WRONG = {
    Wrong.UNREADABLE: _("this is no address of a site and no name of a Telegram channel"),
    Wrong.INSIDE: _("this is an address inside a network, not one of the internet"),
    Wrong.INVITE: _("an invitation into a private chat is not looked at; give a public name"),
    Wrong.LONG: _("this address is too long"),
}
