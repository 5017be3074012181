"""What codes of the record are called for people, in their language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from domain.decisions import VerdictKind
from domain.states import CaseState
from domain.targets import TargetKind

REGIONS: dict[str, Any] = {
    "KZ-10": _("Abai Region"), "KZ-11": _("Akmola Region"), "KZ-15": _("Aktobe Region"),
    "KZ-19": _("Almaty Region"), "KZ-23": _("Atyrau Region"), "KZ-27": _("West Kazakhstan Region"),
    "KZ-31": _("Zhambyl Region"), "KZ-33": _("Zhetisu Region"), "KZ-35": _("Karaganda Region"),
    "KZ-39": _("Kostanay Region"), "KZ-43": _("Kyzylorda Region"), "KZ-47": _("Mangystau Region"),
    "KZ-55": _("Pavlodar Region"), "KZ-59": _("North Kazakhstan Region"),
    "KZ-61": _("Turkistan Region"), "KZ-62": _("Ulytau Region"),
    "KZ-63": _("East Kazakhstan Region"), "KZ-71": _in("city", "Astana"),
    "KZ-75": _in("city", "Almaty"), "KZ-79": _in("city", "Shymkent"),
}  # fmt: skip

#: As the keys of ``config/lexicons/substances.toml``.
SUBSTANCES: dict[str, Any] = {
    "cannabis": _("cannabis"),
    "cathinones": _("mephedrone and other cathinones"),
    "amphetamine": _("amphetamine"),
    "methamphetamine": _("methamphetamine"),
    "mdma": _("MDMA"),
    "cocaine": _("cocaine"),
    "opioids": _("heroin and other opioids"),
    "pharma_opioids": _("opioid medicines"),
    "gabapentinoids": _("gabapentinoids"),
    "sedatives": _("sedatives"),
    "synthetic_cannabinoids": _("synthetic cannabinoids"),
    "psychedelics": _("psychedelics"),
    "dissociatives": _("dissociatives"),
    "precursors": _("precursors"),
    "doping_and_potency": _("doping and potency medicines"),
    "any_drug": _("drugs, not named"),
}

KINDS: dict[str, Any] = {
    TargetKind.URL: _("pages"),
    TargetKind.HOST: _("sites"),
    TargetKind.ONION: _("onion sites"),
    TargetKind.TELEGRAM: _("Telegram channels"),
}

STATES: dict[str, Any] = {
    CaseState.NEW: _in("state", "new"),
    CaseState.ASSESSED: _in("state", "assessed"),
    CaseState.SCREENED_OUT: _in("state", "screened out"),
    CaseState.IN_REVIEW: _in("state", "in review"),
    CaseState.ESCALATED: _in("state", "escalated"),
    CaseState.ON_HOLD: _in("state", "on hold"),
    CaseState.DISMISSED: _in("state", "dismissed"),
    CaseState.CONFIRMED: _in("state", "confirmed"),
    CaseState.REQUESTED: _in("state", "requested"),
    CaseState.EXPIRED: _in("state", "expired"),
    CaseState.LIFTED: _in("state", "lifted"),
    CaseState.WITHDRAWN: _in("state", "withdrawn"),
    CaseState.UNREACHABLE: _in("state", "unreachable"),
}

VERDICTS: dict[str, Any] = {
    VerdictKind.CONFIRM: _in("verdict", "confirm"),
    VerdictKind.DISMISS: _in("verdict", "dismiss"),
    VerdictKind.ESCALATE: _in("verdict", "escalate"),
}

LANGUAGES: dict[str, Any] = {"kk": _("Kazakh"), "ru": _("Russian"), "en": _("English")}


def called(names: dict[str, Any], code: str) -> str:
    """What ``code`` is called; the code itself where it is none that we know."""
    return str(names[code]) if code in names else code or _now("not known")
