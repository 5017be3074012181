"""What states and outcomes are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blocking.entries import Action, Scope
from blocking.states import ExportState
from domain.gaps import Gap
from domain.orders import Answer, OrderState, Standing
from domain.outcomes import Outcome

ORDER_STATES = {
    OrderState.SENT: _("sent, not answered"),
    OrderState.ACCEPTED: _("accepted"),
    OrderState.REFUSED: _("refused by the recipient"),
    OrderState.EXECUTED: _("executed, as the recipient says"),
    OrderState.VERIFIED: _("verified blocked"),
    OrderState.NOT_BLOCKED: _("executed, but seen not blocked"),
    OrderState.LIFT_SENT: _("lifting sent"),
    OrderState.LIFT_EXECUTED: _("lifted"),
}
STANDINGS = {
    Standing.NONE: _("not sent"),
    Standing.SENT: _("sent"),
    Standing.REFUSED: _("refused"),
    Standing.ORDERED: _("ordered"),
    Standing.EXECUTED: _("executed, not verified"),
    Standing.VERIFIED: _("verified blocked"),
    Standing.LIFTING: _("being lifted"),
    Standing.LIFTED: _("lifted"),
}
EXPORT_STATES = {
    ExportState.BUILT: _("waits for release"),
    ExportState.REFUSED: _("refused by the gate"),
    ExportState.RELEASED: _("released"),
}
SCOPES = {
    Scope.TELEGRAM: _("channel or posts of Telegram"),
    Scope.ONION: _("onion notice"),
    Scope.URL: _("exact addresses"),
    Scope.HOST: _("host"),
    Scope.DOMAIN: _("domain"),
    Scope.IP: pgettext_lazy("what a block names", "IP address"),
}
ACTIONS = {
    Action.BLOCK: pgettext_lazy("what a request asks for", "block"),
    Action.LIFT: pgettext_lazy("what a request asks for", "lift"),
}
ANSWERS = {
    Answer.ACCEPTED: _("accepted"),
    Answer.REFUSED: _("refused"),
    Answer.EXECUTED: _("executed"),
    Answer.LIFTED: _("lifted"),
}
OUTCOMES = {
    Outcome.APPLIED: _("taken"),
    Outcome.UNCHANGED: _("known before"),
    Outcome.CONFLICT: _("does not fit the order"),
    Outcome.UNKNOWN: _("no entry that was sent to this recipient"),
    Outcome.FOREIGN: _("another recipient's entry"),
    Outcome.BAD: _("cannot be read"),
}
GAPS = {
    Gap.UNANSWERED: _("never answered"),
    Gap.LIFT_UNANSWERED: _("liftings never answered"),
    Gap.CONTRADICTING: _("answered twice, in contradiction"),
    Gap.REPEATED: _("answered twice, the same"),
    Gap.UNKNOWN: _("answers about nothing that was sent"),
    Gap.FOREIGN: _("answers about another recipient's entries"),
}
