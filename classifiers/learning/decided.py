"""Texts that people decided about, as rows to train on. Pure: the record is read elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from classifiers.indicators import find_indicators
from classifiers.learning.repeats import Repeats
from classifiers.rows import Row, SourceFile
from domain.assessment import Label, Role
from domain.digests import digest

#: The source that these rows are of. It has no say in the threshold: what people were asked about
#: was chosen by its score, so that its false positives are no rate of anything.
DECIDED = "decisions"
#: A dismissed text that scored high counts so much more than another decided text.
HARD_WEIGHT = 4.0
_KEPT_CHARS = 6000


class Kind(StrEnum):
    """What a row teaches."""

    CONFIRMED = "confirmed"
    HARD_NEGATIVE = "hard negative"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class DecidedText:
    """One text of a decided case: ``selling`` as people decided, ``hard`` when the model took it
    for a sale. ``reason`` is theirs; ``role`` and ``substances`` are the model's."""

    text: str
    lang: str
    selling: bool
    hard: bool
    reason: str
    role: Role
    substances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """Rows to train on, and what the card says of them."""

    file: SourceFile
    counts: dict[str, int]


# Stems in Russian, Kazakh and English. First what makes a dismissal say nothing of the text.
_NOT_OF_THE_TEXT = re.compile(
    r"юрисдикц|\bне (?:наш(?:а|е|и)?|рк|казахстан\w*)\b|друг\w+ стран|дубл|повтор|недоступ|"
    r"не работает|(?:сайт|канал|магазин|страниц)\w* (?:уже )?(?:закры|удал)\w+|\bтест\b|"
    r"басқа ел|қайталан|қолжетімсіз|жабыл|жойыл|"
    r"jurisdiction|not (?:ours?|in kazakhstan|kazakhstan)|other country|abroad|duplicat|same as|"
    r"offline|unreachable|\bdown\b|\bgone\b|closed|removed|no longer",
    re.IGNORECASE,
)
_ABOUT_DRUGS = re.compile(
    r"нарко|аптек|лекар|препарат|медиц|новост|статья|сми\b|обсужд|форум|снижени\w+ вреда|реабилит|"
    r"лечени|полици|суд\w*\b|есірткі|дәрі|дәріхана|жаңалық|емде|оңалту|полиция|"
    r"drug|pharma|medic|news|press|article|discuss|forum|harm reduction|rehab|treatment|police",
    re.IGNORECASE,
)
_NOT_ABOUT_DRUGS = re.compile(
    r"не о наркот|не про наркот|не связан\w* с наркот|цвет[оы]|удобрен|\bчай\b|игр[аы]|косметик|"
    r"есірткі емес|есірткіге қатысы жоқ|гүл|тыңайтқыш|ойын|"
    r"not (?:about )?drugs|no drugs|unrelated|flowers?|fertili[sz]er|\btea\b|game|cosmetic",
    re.IGNORECASE,
)
_DRUG_ROLES = frozenset({Role.DISCUSSION, Role.NEWS, Role.HARM_REDUCTION, Role.MEDICAL})


def speaks_of_the_text(reason: str) -> bool:
    """Whether a dismissal for ``reason`` says that the text is innocent. That a target is gone,
    somebody else's or known already leaves open what it sold."""
    return not _NOT_OF_THE_TEXT.search(reason)


def innocent_label(one: DecidedText) -> Label:
    """``drug_other`` or ``other`` of a dismissed text: by the reason that people gave; where that
    is silent, by what the model found the text to do."""
    if _NOT_ABOUT_DRUGS.search(one.reason):
        return Label.OTHER
    if _ABOUT_DRUGS.search(one.reason) or one.role in _DRUG_ROLES or one.substances:
        return Label.DRUG_OTHER
    return Label.OTHER


#: What stands in place of a contact: of the same shape, so that it goes on counting as one.
_STAND_INS = {
    "telegram": "@masked_contact",
    "telegram_invite": "https://t.me/+maskedmasked00",
    "email": "masked@masked.example",
    "phone": "+77000000000",
    "card": "4000 0000 0000 0000",
}
_LIKE_A_PHONE = re.compile(r"(?<!\w)\+?[78](?:[\s().-]{0,2}\d){10}(?!\w)")
_LIKE_A_HANDLE = re.compile(r"(?<![\w.@/+-])@[A-Za-z]\w{3,31}")


def masked(text: str) -> str:
    """``text`` without anybody's handle, invitation, address, telephone or card; wallets, keys and
    other identifiers become their kind in brackets. Names of persons are not known and stay."""
    parts, at = [], 0
    for one in find_indicators(text):
        if one.start < at:
            continue
        kind = one.indicator.kind
        if kind in {"onion", "host"}:
            continue
        parts += [text[at : one.start], _STAND_INS.get(kind, f"[{kind}]")]
        at = one.end
    found = "".join([*parts, text[at:]])
    found = _LIKE_A_PHONE.sub(_STAND_INS["phone"], found)
    return _LIKE_A_HANDLE.sub(_STAND_INS["telegram"], found)


def lesson(texts: Sequence[DecidedText], left_out: Counter[str], repeats: Repeats) -> Lesson:
    """The rows of ``texts``, hard negatives with ``HARD_WEIGHT``.

    ``left_out`` counts by reason what was not even offered; texts that repeat one of an
    evaluation corpus (``repeats``), or each other, are added to it.
    """
    dropped, counts = Counter(left_out), Counter[str]()
    rows, seen = list[Row](), set[str]()
    for one in texts:
        text = masked(one.text[:_KEPT_CHARS])
        if repeats.has(one.text) or repeats.has(text):
            dropped["repeats a text of an evaluation corpus"] += 1
            continue
        if text in seen:
            dropped["the same text again"] += 1
            continue
        seen.add(text)
        kind, label = _judged(one)
        counts[kind.value] += 1
        weight = HARD_WEIGHT if kind is Kind.HARD_NEGATIVE else 1.0
        rows.append(Row(text, label, one.lang, DECIDED, weight=weight))
    key = digest([[row.text, row.label.value] for row in rows])
    file = SourceFile(DECIDED, "train", tuple(rows), dict(dropped), key, ("case record",))
    return Lesson(file, dict(counts))


def _judged(one: DecidedText) -> tuple[Kind, Label]:
    if one.selling:
        return Kind.CONFIRMED, Label.DRUG_SALE
    return Kind.HARD_NEGATIVE if one.hard else Kind.DISMISSED, innocent_label(one)


def told(found: Lesson) -> list[str]:
    """What was learnt and what was left out, a line each."""
    kinds = ", ".join(f"{found.counts.get(kind.value, 0)} {kind}" for kind in Kind)
    lines = [f"decisions: {kinds}"]
    dropped = sorted(found.file.dropped.items())
    return lines + [f"  left out, {reason}: {n}" for reason, n in dropped]


def card_entry(found: Lesson) -> dict[str, Collection[object]]:
    """What the card says of the decisions."""
    return {"counts": dict(found.counts), "left_out": dict(found.file.dropped)}
