"""What the tables and rows of the report are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from review.console.words import SCOPES
from review.transparency.suppressing import WITHHELD

TITLES: Mapping[str, Any] = {
    "stages": _("From found to blocked"),
    "requests_by_scope": _("Requests by scope"),
    "requests_by_action": _("Requests by what they ask"),
    "requests_by_category": _("Requests by category"),
    "requests_by_month": _("Requests by month"),
    "refusals": _("Refusals"),
    "gate_findings": _("What the gate found in exports that it refused"),
    "safeguard_refusals": _("Requests refused by safeguards"),
    "appeals": _("Appeals"),
    "liftings": _("Liftings, at one recipient each"),
    "ended": _("Requests that ended"),
    "times": _("How long it took"),
}
NOTES: Mapping[str, Any] = {
    "stages": _(
        "These are different things and are not to be added together: a site that was identified "
        "is not yet requested, one that was sent is not yet blocked, and what a recipient says it "
        "executed is not yet seen to be blocked."
    ),
    "requests_by_action": _(
        "A renewal is a request of its own: it is requested, sent, executed and seen to be blocked "
        "anew."
    ),
    "liftings": _("What goes on being blocked under a renewed request is not lifted."),
    "safeguard_refusals": _("A case that stays refused is counted in every night."),
    "times": _("From the step before to this one, of those that came to it in the period."),
}
#: By table; what is called nothing here is a code that stays one.
ROWS: Mapping[str, Mapping[str, Any]] = {
    "stages": {
        "identified": pgettext_lazy("transparency report", "identified: confirmed by two people"),
        "requested": pgettext_lazy("transparency report", "requested"),
        "sent": pgettext_lazy("transparency report", "sent to a recipient"),
        "executed": pgettext_lazy("transparency report", "executed, as a recipient says"),
        "verified": pgettext_lazy("transparency report", "blocked: seen to be so"),
    },
    "requests_by_scope": {str(scope): name for scope, name in SCOPES.items()},
    "requests_by_action": {
        "block": pgettext_lazy("transparency report", "block"),
        "renewal": pgettext_lazy("transparency report", "go on blocking"),
    },
    "requests_by_category": {"drug_sale": pgettext_lazy("transparency report", "sale of drugs")},
    "refusals": {
        "gate": pgettext_lazy("transparency report", "exports that the gate refused"),
        "safeguards": pgettext_lazy("transparency report", "requests that safeguards refused"),
        "recipients": pgettext_lazy("transparency report", "orders that recipients refused"),
    },
    "appeals": {
        "received": pgettext_lazy("transparency report", "received in the period"),
        "upheld": pgettext_lazy("transparency report", "of these upheld"),
        "rejected": pgettext_lazy("transparency report", "of these rejected"),
        "decided": pgettext_lazy("transparency report", "of these decided"),
        "open": pgettext_lazy("transparency report", "open at its end"),
    },
    "liftings": {
        "sent": pgettext_lazy("transparency report", "sent"),
        "executed": pgettext_lazy("transparency report", "executed, as the recipient says"),
    },
    "ended": {
        "expired": pgettext_lazy("transparency report", "ran out"),
        "lifted": pgettext_lazy("transparency report", "lifted"),
        "withdrawn": pgettext_lazy("transparency report", "withdrawn"),
    },
    "times": {
        "confirmed": pgettext_lazy("transparency report", "found to confirmed"),
        "requested": pgettext_lazy("transparency report", "confirmed to requested"),
        "sent": pgettext_lazy("transparency report", "requested to sent"),
        "executed": pgettext_lazy("transparency report", "sent to executed"),
        "verified": pgettext_lazy("transparency report", "executed to seen blocked"),
    },
}
COLUMNS: Mapping[str, Any] = {
    "number": pgettext_lazy("transparency report", "number"),
    "median_days": pgettext_lazy("transparency report", "median, days"),
}
CELLS: Mapping[str, Any] = {WITHHELD: pgettext_lazy("transparency report", "withheld")}
