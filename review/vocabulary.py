"""What the words of the record are called before people, in their language.

The record keeps codes; pages look them up here. A test holds every table against the codes that
there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from review.block_words import BLOCK_REASONS, BLOCK_VERDICTS, TIES

STATES: Mapping[str, Any] = {
    "new": pgettext_lazy("state of a case", "new"),
    "assessed": pgettext_lazy("state of a case", "assessed"),
    "screened_out": pgettext_lazy("state of a case", "screened out"),
    "in_review": pgettext_lazy("state of a case", "in review"),
    "escalated": pgettext_lazy("state of a case", "escalated"),
    "on_hold": pgettext_lazy("state of a case", "on hold"),
    "dismissed": pgettext_lazy("state of a case", "dismissed"),
    "confirmed": pgettext_lazy("state of a case", "confirmed"),
    "requested": pgettext_lazy("state of a case", "requested"),
    "expired": pgettext_lazy("state of a case", "expired"),
    "lifted": pgettext_lazy("state of a case", "lifted"),
    "withdrawn": pgettext_lazy("state of a case", "withdrawn"),
    "unreachable": pgettext_lazy("state of a case", "unreachable"),
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
LOOKS: Mapping[str, Any] = {
    "up": _("is up"),
    "down": _("is down"),
    "blocked": _("is blocked"),
    "unreadable": _("cannot be read"),
    "parked": _("is parked"),
    "seized": _("is seized"),
    "moved": _("has moved"),
}
WHYS: Mapping[str, Any] = {
    "seed": pgettext_lazy("how it was found", "in a seed list"),
    "link": pgettext_lazy("how it was found", "by a link"),
    "forward": pgettext_lazy("how it was found", "by a forward"),
    "mention": pgettext_lazy("how it was found", "by a mention"),
    "search": pgettext_lazy("how it was found", "by a search"),
    "similar": pgettext_lazy("how it was found", "by likeness"),
    "tip": pgettext_lazy("how it was found", "by a tip"),
    "recheck": pgettext_lazy("how it was found", "when looked at again"),
}
EGRESSES: Mapping[str, Any] = {
    "direct": pgettext_lazy("way out", "direct"),
    "tor": pgettext_lazy("way out", "Tor"),
    "proxy": pgettext_lazy("way out", "proxy"),
    "telegram": pgettext_lazy("way out", "Telegram account"),
    "preview": pgettext_lazy("way out", "Telegram preview"),
}
OUTCOMES: Mapping[str, Any] = {
    "ok": _("fetched"),
    "redirect": _("leads elsewhere"),
    "not_found": _("not found"),
    "http_error": _("error of the server"),
    "forbidden": _("access refused"),
    "empty": _("empty"),
    "default_page": _("page of the host"),
    "captcha": _("behind a captcha"),
    "interstitial": _("behind a check of the browser"),
    "login_wall": _("behind a sign-in"),
    "parked": _("parked domain"),
    "seized": _("seized domain"),
    "blocked_on_the_way": _("blocked on the way"),
    "not_text": _("no text"),
    "no_icon": _("no icon"),
    "too_large": _("too large"),
    "bomb": _("grows too much when unpacked"),
    "header_flood": _("too many headers"),
    "truncated": _("cut short"),
    "undecodable": _("cannot be decoded"),
    "timeout": _("no answer in time"),
    "connection": _("no connection"),
    "dns": _("name not found in the DNS"),
    "tor_down": _("Tor does not work"),
    "onion_down": _("onion site does not answer"),
    "address_refused": _("address not allowed"),
    "throttled": _("asked too often"),
    "no_preview": _("no preview"),
    "no_such_name": _("no such name"),
    "private": _("private channel"),
    "restricted": _("restricted by Telegram"),
    "group": _("group, not read"),
    "no_channel": _("no channel"),
    "layout_changed": _("page layout changed"),
    "not_rendered": _("not rendered"),
    "failed": _("failed"),
}
#: What an indicator is, and what else ties cases of a family.
INDICATORS: Mapping[str, Any] = {
    "telegram": _("Telegram name"),
    "telegram_invite": _("Telegram invitation"),
    "btc": _("Bitcoin address"),
    "eth": _("Ethereum address"),
    "ltc": _("Litecoin address"),
    "tron": _("TRON address"),
    "xmr": _("Monero address"),
    "card": _("payment card"),
    "phone": _("telephone number"),
    "email": _("e-mail address"),
    "jabber": _("Jabber address"),
    "session": _("Session id"),
    "tox": _("Tox id"),
    "pgp": _("PGP key"),
    "onion": _("onion address"),
    "same text": _("same text"),
    "post on a page": _("post on a page"),
    "near copy": _("near copy"),
}
#: Why characters of a text count.
MARKS: Mapping[str, Any] = {
    "substance": pgettext_lazy("mark in a text", "substance"),
    "selling": pgettext_lazy("mark in a text", "selling"),
    "logistics": pgettext_lazy("mark in a text", "hiding place or delivery"),
    "payment": pgettext_lazy("mark in a text", "payment"),
    "recruitment": pgettext_lazy("mark in a text", "recruitment"),
    "market": pgettext_lazy("mark in a text", "market"),
    "quality": pgettext_lazy("mark in a text", "quality"),
    "quantity": pgettext_lazy("mark in a text", "quantity"),
    "price": pgettext_lazy("mark in a text", "price"),
    "contact": pgettext_lazy("mark in a text", "contact"),
    "request": pgettext_lazy("mark in a text", "wish to buy"),
    "news": pgettext_lazy("mark in a text", "news"),
    "medical": pgettext_lazy("mark in a text", "medicine"),
    "harm_reduction": pgettext_lazy("mark in a text", "harm reduction"),
    "trade": pgettext_lazy("mark in a text", "lawful trade"),
    "talk": pgettext_lazy("mark in a text", "talk"),
    "denial": pgettext_lazy("mark in a text", "denial"),
    "place": pgettext_lazy("mark in a text", "place"),
    "context": pgettext_lazy("mark in a text", "context"),
    "passage": pgettext_lazy("mark in a text", "whole sentence"),
}
RUN_STATES: Mapping[str, Any] = {
    "running": pgettext_lazy("state of a night", "running"),
    "complete": pgettext_lazy("state of a night", "complete"),
    "coverage_broken": pgettext_lazy("state of a night", "complete, but sources fell silent"),
    "failed": pgettext_lazy("state of a night", "failed"),
    "damaged": pgettext_lazy("state of a night", "damaged"),
    "done": pgettext_lazy("state of a night", "done"),
}
STAGES: Mapping[str, Any] = {
    "intake": pgettext_lazy("stage of a night", "take what was sent from outside"),
    "discover": pgettext_lazy("stage of a night", "discover"),
    "gather": pgettext_lazy("stage of a night", "gather"),
    "tor": pgettext_lazy("stage of a night", "check Tor"),
    "assess": pgettext_lazy("stage of a night", "assess"),
    "drift": pgettext_lazy("stage of a night", "watch for drift"),
    "families": pgettext_lazy("stage of a night", "group families"),
    "recheck": pgettext_lazy("stage of a night", "look again"),
    "index": pgettext_lazy("stage of a night", "fill the index"),
    "alerts": pgettext_lazy("stage of a night", "tell alerts"),
    "screenshots": pgettext_lazy("stage of a night", "take screenshots"),
    "seal": pgettext_lazy("stage of a night", "seal the evidence"),
    "retention": pgettext_lazy("stage of a night", "erase what is due"),
    "reach": pgettext_lazy("stage of a night", "look whether blocks are there"),
    "expiry": pgettext_lazy("stage of a night", "expire requests"),
    "requests": pgettext_lazy("stage of a night", "make requests"),
    "exports": pgettext_lazy("stage of a night", "build exports"),
    "deliver": pgettext_lazy("stage of a night", "deliver releases"),
}
#: What a token for programs is for.
SCOPES: Mapping[str, Any] = {
    "exports:read": pgettext_lazy("what a token is for", "read our exports and their files"),
    "orders:read": pgettext_lazy("what a token is for", "read where our orders stand"),
    "receipts:read": pgettext_lazy("what a token is for", "read our answers"),
    "receipts:write": pgettext_lazy("what a token is for", "answer what we were sent"),
    "appeals:read": pgettext_lazy("what a token is for", "read appeals about ours"),
    "cases:read": pgettext_lazy("what a token is for", "read cases"),
    "search:read": pgettext_lazy("what a token is for", "search"),
    "overview:read": pgettext_lazy("what a token is for", "read the figures of the overview"),
    "reconciliation:read": pgettext_lazy(
        "what a token is for", "read what was answered to releases and what is overdue"
    ),
    "audit:read": pgettext_lazy("what a token is for", "read the audit chain"),
}
APPEALS: Mapping[str, Any] = {
    "open": pgettext_lazy("state of an appeal", "open"),
    "upheld": pgettext_lazy("state of an appeal", "upheld"),
    "rejected": pgettext_lazy("state of an appeal", "rejected"),
}
ASKS: Mapping[str, Any] = {
    "lift": pgettext_lazy("what an appeal asks for", "lift the block"),
    "narrow": pgettext_lazy("what an appeal asks for", "make the block narrower"),
    "explain": pgettext_lazy("what an appeal asks for", "tell why it is blocked"),
}
CATEGORIES: Mapping[str, Any] = {
    "banks": _("banks"),
    "cdn": _("networks that deliver others' pages"),
    "education": _("education"),
    "government": _("government"),
    "harm_reduction": _("harm reduction"),
    "health": _("health"),
    "media": _("media"),
    "pharmacies": _("pharmacies"),
    "top_sites": _("sites that everybody uses"),
    "unit": _("the unit's own"),
}
FOLLOWS: Mapping[str, Any] = {
    "refused": _("the gate refuses every export with it until its case is withdrawn"),
    "excused": _("stays: a second person gave a written reason"),
    "narrowed": _("the next export blocks its host alone"),
}
PROPOSAL_STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("state of a proposal", "open"),
    "accepted": pgettext_lazy("state of a proposal", "accepted"),
    "rejected": pgettext_lazy("state of a proposal", "rejected"),
    "lapsed": pgettext_lazy("state of a proposal", "lapsed"),
}
JURISDICTIONS: Mapping[str, Any] = {
    "sells_in": _("sells in the country"),
    "ships_to": _("ships to the country"),
    "advertises_in": _("advertises in the country"),
}
NEVER_BLOCK_STEPS: Mapping[str, Any] = {
    "added": pgettext_lazy("what was done with a protected name", "put on the list"),
    "reviewed": pgettext_lazy("what was done with a protected name", "reviewed"),
    "withdrawal_proposed": pgettext_lazy(
        "what was done with a protected name", "withdrawal proposed"
    ),
    "kept": pgettext_lazy("what was done with a protected name", "kept"),
    "withdrawn": pgettext_lazy("what was done with a protected name", "withdrawn"),
}
GRANTS: Mapping[str, Any] = {
    "waits": pgettext_lazy("standing of a grant", "waits to be confirmed"),
    "holds": pgettext_lazy("standing of a grant", "holds"),
    "ended": pgettext_lazy("standing of a grant", "ended"),
    "expired": pgettext_lazy("standing of a grant", "expired"),
}
KEPT: Mapping[str, Any] = {
    "on hold": pgettext_lazy("why evidence is kept", "its case is on hold"),
    "waits for people": pgettext_lazy("why evidence is kept", "its case waits for people"),
    "of a confirmed case": pgettext_lazy("why evidence is kept", "of a confirmed case"),
    "of a case that ended lately": pgettext_lazy(
        "why evidence is kept", "of a case that ended lately"
    ),
    "of a case that was dismissed lately": pgettext_lazy(
        "why evidence is kept", "of a case that was dismissed lately"
    ),
}
EVIDENCE: Mapping[str, Any] = {
    "pages": _("pages of sites"),
    "posts": _("batches of posts"),
    "screens": _("screenshots"),
    "images": _("images of posts"),
    "journals": _("journals of requests"),
    "lines of the log": _("lines of the log"),
    "account requests": _("requests of accounts"),
    "notes of tips": _("notes of tips"),
    "texts of tips": _("texts of tips"),
    "advertisers in groups": _("advertisers in groups"),
}
BANDS: Mapping[str, Any] = {
    "FIRST": pgettext_lazy("what a case asks of people", "to be looked at first"),
    "WHEN_TIME": pgettext_lazy("what a case asks of people", "to be looked at"),
    "LEAVE": pgettext_lazy("what a case asks of people", "not worth a look"),
}
MODEL_CHANGES: Mapping[str, Any] = {
    "adopted": pgettext_lazy("change of the model", "adopted"),
    "reverted": pgettext_lazy("change of the model", "taken back"),
}
TABLES: Mapping[str, Mapping[str, Any]] = {
    "band": BANDS,
    "model": MODEL_CHANGES,
    "kept": KEPT,
    "evidence": EVIDENCE,
    "grant": GRANTS,
    "never_block": NEVER_BLOCK_STEPS,
    "category": CATEGORIES,
    "follows": FOLLOWS,
    "state": STATES,
    "kind": KINDS,
    "verdict": VERDICTS,
    "role": ROLES,
    "substance": SUBSTANCES,
    "language": LANGUAGES,
    "region": REGIONS,
    "group": GROUPS,
    "look": LOOKS,
    "why": WHYS,
    "egress": EGRESSES,
    "outcome": OUTCOMES,
    "indicator": INDICATORS,
    "mark": MARKS,
    "run": RUN_STATES,
    "stage": STAGES,
    "scope": SCOPES,
    "block": BLOCK_VERDICTS,
    "block_reason": BLOCK_REASONS,
    "tie": TIES,
    "appeal": APPEALS,
    "asks": ASKS,
    "proposal": PROPOSAL_STATES,
    "jurisdiction": JURISDICTIONS,
}


def called(code: str, table: str) -> str:
    """What ``code`` is called in the reader's language; a code that is in no table, itself;
    no code, that it is not known."""
    return str(TABLES[table].get(code, code or gettext("not known")))
