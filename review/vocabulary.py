"""What the words of the record are called before people, in their language.

The record keeps codes; pages look them up here. A test holds every table against the codes that
there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES: Mapping[str, Any] = {
    "new": _("new"),
    "assessed": _("assessed"),
    "screened_out": _("screened out"),
    "in_review": _("in review"),
    "escalated": _("escalated"),
    "on_hold": _("on hold"),
    "dismissed": _("dismissed"),
    "confirmed": _("confirmed"),
    "requested": _("requested"),
    "expired": _("expired"),
    "lifted": _("lifted"),
    "withdrawn": _("withdrawn"),
    "unreachable": _("unreachable"),
}
KINDS: Mapping[str, Any] = {
    "url": _("page"),
    "host": _("site"),
    "onion": _("onion site"),
    "telegram": _("Telegram channel"),
}
VERDICTS: Mapping[str, Any] = {
    "confirm": _("sells drugs"),
    "dismiss": _("does not sell drugs"),
    "escalate": _("others should decide"),
    "hold": _("under investigation"),
}
ROLES: Mapping[str, Any] = {
    "shop": _("shop"),
    "listing": _("listing"),
    "courier_recruitment": _("recruits couriers"),
    "market_link": _("leads to a market"),
    "buyer_request": _("somebody wants to buy"),
    "discussion": _("discussion"),
    "news": _("news"),
    "harm_reduction": _("harm reduction"),
    "medical": _("medical"),
    "other": pgettext_lazy("role of a text", "other"),
}
SUBSTANCES: Mapping[str, Any] = {
    "cannabis": _("cannabis"),
    "cathinones": _("cathinones"),
    "amphetamine": _("amphetamine"),
    "methamphetamine": _("methamphetamine"),
    "mdma": _("MDMA"),
    "cocaine": _("cocaine"),
    "opioids": _("opioids"),
    "pharma_opioids": _("opioids from pharmacies"),
    "gabapentinoids": _("gabapentinoids"),
    "sedatives": _("sedatives"),
    "synthetic_cannabinoids": _("synthetic cannabinoids"),
    "psychedelics": _("psychedelics"),
    "dissociatives": _("dissociatives"),
    "precursors": _("precursors"),
    "doping_and_potency": _("doping and potency pills"),
    "any_drug": _("some drug"),
}
LANGUAGES: Mapping[str, Any] = {
    "ru": _("Russian"),
    "kk": _("Kazakh"),
    "en": _("English"),
    "mixed": _("mixed languages"),
    "transliterated": _("in Latin letters"),
    "und": _("language not told"),
}
REGIONS: Mapping[str, Any] = {
    "KZ-10": _("Abai Region"),
    "KZ-11": _("Akmola Region"),
    "KZ-15": _("Aktobe Region"),
    "KZ-19": _("Almaty Region"),
    "KZ-23": _("Atyrau Region"),
    "KZ-27": _("West Kazakhstan Region"),
    "KZ-31": _("Zhambyl Region"),
    "KZ-33": _("Zhetisu Region"),
    "KZ-35": _("Karaganda Region"),
    "KZ-39": _("Kostanay Region"),
    "KZ-43": _("Kyzylorda Region"),
    "KZ-47": _("Mangystau Region"),
    "KZ-55": _("Pavlodar Region"),
    "KZ-59": _("North Kazakhstan Region"),
    "KZ-61": _("Turkistan Region"),
    "KZ-62": _("Ulytau Region"),
    "KZ-63": _("East Kazakhstan Region"),
    "KZ-71": _("Astana"),
    "KZ-75": _("Almaty"),
    "KZ-79": _("Shymkent"),
}
GROUPS: Mapping[str, Any] = {
    "analyst": _("analyst"),
    "supervisor": _("supervisor"),
    "operator": _("operator"),
    "auditor": _("auditor"),
    "regulator": _("regulator"),
    "administrator": _("administrator"),
}
TABLES: Mapping[str, Mapping[str, Any]] = {
    "state": STATES,
    "kind": KINDS,
    "verdict": VERDICTS,
    "role": ROLES,
    "substance": SUBSTANCES,
    "language": LANGUAGES,
    "region": REGIONS,
    "group": GROUPS,
}


def called(code: str, table: str) -> str:
    """What ``code`` is called in the reader's language; a code that is in no table, itself."""
    return str(TABLES[table].get(code, code))
