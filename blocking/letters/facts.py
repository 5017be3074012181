"""What stands in a letter, taken from the documents of requests: plain text, ready to be printed.

A letter knows no clock: its date is that of the decision or of the release, and the same request
makes the same letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blocking.plan import Recipient
from blocking.texts import one_line
from domain.defang import printable

#: A letter of more lines takes minutes to lay out; a release holds files for machines.
MAX_ITEMS = 2_000
_VALUES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence: what, when, through which way out, and its SHA-256."""

    what: str
    at: str
    vantage: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Item:
    """One request in a letter. ``values`` are what is to be blocked, exactly as it is called;
    ``more`` is how many more there are. ``unicode`` is the host in its own letters where that is
    another name; ``messages_only`` says that of a group nothing but these messages is meant."""

    id: str
    number: str
    date: str
    scope: str
    values: tuple[str, ...]
    more: int
    unicode: str
    messages_only: bool
    valid_from: str
    valid_until: str
    recheck: str
    urgent: bool
    territory: str
    sha256: str
    evidence: tuple[Exhibit, ...] = ()
    carriers: int = 0
    seen_from: str = ""
    seen_until: str = ""
    confirmed: tuple[tuple[str, str], ...] = ()
    address: str = ""
    cdn: str = ""
    bundle: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about one request (``release`` is "") or about a release. ``sha256`` is of what the
    letter goes with: the request's document, or the release's manifest."""

    language: str
    number: str
    date: str
    created: str
    unit: str
    contact: str
    addressee: str
    address: tuple[str, ...]
    provisions: tuple[str, ...]
    explanation: str
    good_faith: str
    items: tuple[Item, ...]
    sha256: str
    release: str = ""
    lifted: tuple[Item, ...] = ()
    appeal_url: str = ""
    answer_days: int | None = None


def of_request(
    document: Mapping[str, Any], sha256: str, recipient: Recipient | None, language: str
) -> Letter:
    """The letter about one request, to ``recipient``."""
    item = item_of(document, sha256, language)
    return Letter(
        number=item.number,
        date=item.date,
        created=str(document["validity"]["from"]),
        items=(item,),
        sha256=sha256,
        **_common([document], recipient, language),
    )


def of_release(
    documents: Sequence[tuple[Mapping[str, Any], str]],
    lifted: Sequence[tuple[Mapping[str, Any], str]],
    recipient: Recipient,
    number: int,
    built_at: datetime,
    manifest_sha256: str,
    language: str,
) -> Letter:
    """The letter that goes with a release: all that it holds, and what it ``lifted`` against the
    one before; each request with its SHA-256."""
    made = built_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    every = [document for document, _ in (*documents, *lifted)]
    return Letter(
        number=f"{recipient.name}/{number}",
        date=day(made, language),
        created=made,
        items=tuple(item_of(document, sha256, language) for document, sha256 in documents),
        lifted=tuple(item_of(document, sha256, language) for document, sha256 in lifted),
        sha256=manifest_sha256,
        release=f"{recipient.name}/{number}",
        **_common(every, recipient, language),
    )


def _common(
    documents: Sequence[Mapping[str, Any]], recipient: Recipient | None, language: str
) -> dict[str, Any]:
    """What the newest document says for all of them, and the provisions that any rests on."""
    newest = max(documents, key=lambda document: str(document["validity"]["from"]), default={})
    authority, law = newest.get("authority", {}), newest.get("law", {})
    redress = newest.get("redress", {})
    named = [text for document in documents for text in _provisions(document["law"], language)]
    return {
        "language": language,
        "unit": plain(authority.get("unit", "")),
        "contact": plain(authority.get("contact", "")),
        "addressee": plain(recipient.called if recipient else ""),
        "address": tuple(
            plain(line) for line in (recipient.address if recipient else "").splitlines()
        ),
        "provisions": tuple(plain(text) for text in dict.fromkeys(named)),
        "explanation": plain(law.get("explanation", {}).get(language, "")),
        "good_faith": plain(law.get("good_faith", {}).get(language, "")),
        "appeal_url": plain(redress.get("appeal_url") or ""),
        "answer_days": redress.get("answer_days"),
    }


def _provisions(law: Mapping[str, Any], language: str) -> Sequence[str]:
    given: Sequence[str] = law.get("provisions_in", {}).get(language) or law["provisions"]
    return given


def item_of(document: Mapping[str, Any], sha256: str, language: str) -> Item:
    """One request as a letter names it."""
    target, authority, validity = document["target"], document["authority"], document["validity"]
    facts, network = document.get("facts", {}), target.get("network", {})
    values = _named(target)
    host = target.get("unicode", "")
    return Item(
        id=str(document["id"]),
        number=plain(authority["number"]),
        date=day(str(authority["date"]), language),
        scope=str(target["scope"]),
        values=tuple(plain(value) for value in values[:_VALUES_SHOWN]),
        more=max(len(values) - _VALUES_SHOWN, 0),
        unicode=plain(host) if host not in target["values"] else "",
        messages_only=bool((target.get("telegram") or {}).get("messages_only")),
        valid_from=day(str(validity["from"]), language),
        valid_until=day(str(validity["until"]), language),
        recheck=day(str(validity.get("recheck", "")), language),
        urgent=document["urgency"] == "urgent",
        territory=str(document["territory"]),
        sha256=sha256,
        evidence=tuple(_exhibit(proof, language) for proof in document.get("evidence", ())),
        carriers=int(facts.get("carriers", 0)),
        seen_from=day(str(facts.get("carriers_seen_from") or ""), language),
        seen_until=day(str(facts.get("carriers_seen_until") or ""), language),
        confirmed=tuple(
            (plain(one["person"]), day(str(one["at"]), language))
            for one in authority.get("approvers", ())
        ),
        address=plain(network.get("address") or ""),
        cdn=plain(network.get("cdn") or ""),
        bundle=str(document.get("bundle", {}).get("captures_sha256", "")),
    )


def _named(target: Mapping[str, Any]) -> list[str]:
    """What is to be blocked: a channel by its link or number, of a group its messages."""
    channel = target.get("telegram")
    if channel is None:
        return [str(value) for value in target["values"]]
    name, number = channel["username"], channel["numeric_id"]
    link = f"https://t.me/{name}" if name else ""
    if channel.get("messages_only"):
        where = link or f"{number}"
        return [f"{where}/{post}" for post in channel["message_ids"]]
    known = [link, f"id {number}" if number is not None else ""]
    return [one for one in known if one]


def _exhibit(proof: Mapping[str, Any], language: str) -> Exhibit:
    what = f"{proof['url']} {proof.get('part') or ''}".strip()
    return Exhibit(
        what=plain(what),
        at=moment(str(proof["captured_at"]), language),
        vantage=str(proof["vantage"]),
        sha256=str(proof["sha256"]),
    )


def plain(text: object) -> str:
    """Free text as one line of paper: what does not show is shown, or gone."""
    return printable(one_line(str(text)))


def day(text: str, language: str) -> str:
    """The day of an RFC 3339 time or date, as it is written in ``language``."""
    year, month, date = text[:10].split("-") if text else ("", "", "")
    if not year:
        return ""
    return f"{year}-{month}-{date}" if language == "en" else f"{date}.{month}.{year}"


def moment(text: str, language: str) -> str:
    """An RFC 3339 time in UTC, to the minute."""
    return f"{day(text, language)} {text[11:16]} UTC".replace("  ", " ")
