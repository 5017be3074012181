"""Contributions brought together into the spans that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from classifiers.linear import Contribution
from classifiers.prepared import Prepared
from domain.assessment import Span

MAX_SPANS = 40
_LEAST = 0.05
#: What a later stage says of a sentence as a whole.
PASSAGE = "passage"
_WORDS = "ngram"
# What a signal is called outside: kinds of the lexicon, and the rest by what they are.
_KINDS = {
    "drug": "substance", "drug_weak": "substance", "drug_unnamed": "substance", "grey": "substance",
    "offer": "selling", "contact_way": "selling", "market_weak": "market", "drop": "logistics",
    "drop_weak": "logistics",
    "drop_job": "recruitment", "job": "recruitment", "goods_amount": "quantity",
    "bulk_amount": "quantity", "priced_amount": "price", "harm": "harm_reduction",
    "reference": "context", "trade": "context", "lawful": "context", "garden": "context",
    "fan": "context", "household": "context", "bookmark": "context",
    "reply": "context", "talk": "context",
    "HOST": "contact", "ONION": "contact", "HANDLE": "contact", "MAIL": "contact",
    "PHONE": "contact", "WALLET": "payment", "CARD": "payment",
}  # fmt: skip


def merged_spans(prepared: Prepared, why: Iterable[Contribution]) -> tuple[Span, ...]:
    """At most MAX_SPANS spans of the original text, strongest chosen, in order of place.

    Where contributions share characters, the marks name the span and the weights add up; what a
    passage adds goes to the marks in it, so that they stay visible, and is a span of its own where
    it has none;
    places in the title are left out, since they are not in the text.
    """
    placed = [
        (span, one) for one in _shared(tuple(why)) if (span := prepared.span(one.start, one.end))
    ]
    placed.sort(key=lambda pair: (pair[0][0], -pair[0][1]))
    merged: list[Span] = []
    for (start, end), one in placed:
        kind = _KINDS.get(one.kind, one.kind)
        if merged and start < merged[-1].end:
            merged[-1] = _joined(merged[-1], start, end, kind, one)
        else:
            merged.append(Span(start, end, kind, one.weight, one.note))
    strong = [span for span in merged if abs(span.weight) >= _LEAST]
    strong = sorted(strong, key=lambda span: -abs(span.weight))[:MAX_SPANS]
    rounded = (Span(s.start, s.end, s.kind, round(s.weight, 3), s.note) for s in strong)
    return tuple(sorted(rounded, key=lambda span: span.start))


def _shared(why: Sequence[Contribution]) -> Iterator[Contribution]:
    """``why`` with the weights of passages handed on, in equal parts, to the marks inside."""
    added = [0.0] * len(why)
    marks = [at for at, one in enumerate(why) if one.kind not in {PASSAGE, _WORDS}]
    for one in why:
        if one.kind == PASSAGE:
            inside = [at for at in marks if one.start <= why[at].start < one.end]
            for at in inside:
                added[at] += one.weight / len(inside)
            if not inside:
                yield one
    for more, one in zip(added, why, strict=True):
        if one.kind != PASSAGE:
            yield replace(one, weight=one.weight + more)


def _joined(last: Span, start: int, end: int, kind: str, one: Contribution) -> Span:
    named = last if last.kind != _WORDS or kind == _WORDS else None
    first, until = min(last.start, start), max(last.end, end)
    weight = last.weight + one.weight
    if named:
        return Span(first, until, named.kind, weight, named.note or one.note)
    return Span(first, until, kind, weight, one.note)
