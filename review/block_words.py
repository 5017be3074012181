"""What looks at blocks say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: What a look says of a block.
BLOCK_VERDICTS: Mapping[str, Any] = {
    "blocked": pgettext_lazy("verdict on a block", "blocked"),
    "not_blocked": pgettext_lazy("verdict on a block", "not blocked"),
    "site_down": pgettext_lazy("verdict on a block", "site is down"),
    "inconclusive": pgettext_lazy("verdict on a block", "not clear"),
}
#: Why it says so.
BLOCK_REASONS: Mapping[str, Any] = {
    "answered": _("it answered"),
    "egress": _("our own way out failed"),
    "dns_nxdomain": _("the resolver says that there is no such name"),
    "dns_no_address": _("the resolver has no address for it"),
    "dns_refused": _("the resolver refuses the name"),
    "dns_servfail": _("the resolver failed on the name"),
    "dns_timeout": _("the resolver is silent on the name"),
    "dns_error": _("the resolver's answer cannot be read"),
    "dns_answer": _("the resolver leads elsewhere"),
    "inner_address": _("the resolver gives an address of an inner network"),
    "tcp_refused": _("the connection is refused"),
    "tcp_timeout": _("no connection in time"),
    "tcp_unreachable": _("no way to the address"),
    "tls_reset": _("the connection is cut when the name is sent (TLS)"),
    "tls_timeout": _("no answer in time when the name is sent (TLS)"),
    "tls_certificate": _("another's certificate"),
    "tls_other": _("TLS fails"),
    "http_reset": _("the connection is cut when the page is asked for"),
    "http_timeout": _("no page in time"),
    "http_other": _("the answer is no page"),
    "known_page": _("a known block page"),
    "known_answer": _("the resolver leads to a known block page"),
    "legal_reasons": _("status 451: unavailable for legal reasons"),
    "certified": _("the site itself answers, by its certificate"),
    "same_page": _("the same page as from the control"),
    "leads_on": _("the same redirect as from the control"),
    "down_everywhere": _("the control does not reach it either"),
    "no_control": _("no control is fit"),
    "control_blind": _("the control saw nothing"),
    "control_too": _("the control meets a block page, too"),
    "only_here": _("the control does not reach it, the vantage does"),
    "other_addresses": _("no connection, and other addresses than the control's"),
    "other_page": _("another page than from the control"),
}
TIES: Mapping[str, Any] = {
    "same_host": pgettext_lazy("neighbour of a blocked target", "on the same host"),
    "same_domain": pgettext_lazy("neighbour of a blocked target", "of the same domain"),
    "same_address": pgettext_lazy("neighbour of a blocked target", "at the same address"),
}
