"""The dossier on paper. The same facts make the same bytes: no clock and no chance is in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from domain.defang import defang, defang_prose, printable
from domain.orders import OrderState, Standing
from review.console.forms import JURISDICTIONS
from review.console.marking import Piece, pieces_of
from review.console.words import ACTIONS, ORDER_STATES, SCOPES, STANDINGS
from review.dossier.facts import Carrier, CaseFacts, Dossier, Ordered
from review.dossier.glossary import GLOSSARY
from review.excerpts import Mark
from review.families import FamilyView, MemberView, TieView
from review.family_picture import Picture, picture_of
from review.printing import pdf

_HOSTS = frozenset({"onion", "telegram_invite"})


@dataclass(frozen=True, slots=True)
class _CasePage:
    """A case with what its template cannot make of the facts alone."""

    facts: CaseFacts
    target: str
    standing: Any
    carriers: tuple[tuple[str, Any, list[Piece]], ...]
    orders: tuple[tuple[Any, Any, str, Any, Ordered], ...]
    pictures: tuple[tuple[Any, str], ...]


def paper(dossier: Dossier, pictures: Mapping[int, bytes], *, demo: bool = False) -> bytes:
    """``dossier`` as PDF in its language; ``pictures`` are PNGs by the numbers of screenshots."""
    with translation.override(dossier.cover.language):
        context = _context(dossier, pictures, demo)
        return pdf(render_to_string("console/dossier_paper.html", context))


def _context(dossier: Dossier, pictures: Mapping[int, bytes], demo: bool) -> dict[str, Any]:
    kind, _, number = dossier.cover.subject.partition(":")
    return {
        "dossier": dossier,
        "cover": dossier.cover,
        "made_at": datetime.fromisoformat(dossier.cover.made_at),
        "kind": kind,
        "subject": int(number),
        "cases": [_case_page(case, pictures) for case in dossier.cases],
        "indicators": [
            (one, shown_value(one.kind, one.value)) for one in dossier.summary.indicators
        ],
        "ties": [(tie, printable(defang_prose(tie.value))) for tie in dossier.ties],
        "picture": _picture(dossier) if kind == "family" else None,
        "jurisdictions": {kind.value: text for kind, text in JURISDICTIONS},
        "glossary": GLOSSARY,
        "demo": demo,
    }


def shown_value(kind: str, value: str) -> str:
    """An indicator as people may see it."""
    return printable(defang(value) if kind in _HOSTS else value)


def _case_page(case: CaseFacts, pictures: Mapping[int, bytes]) -> _CasePage:
    return _CasePage(
        facts=case,
        target=printable(defang(case.name)),
        standing=STANDINGS[Standing(case.standing)],
        carriers=tuple(
            (
                printable(defang(one.url)),
                one,
                _quoted(one),
            )
            for one in case.carriers
        ),
        orders=tuple(
            (
                {action.value: text for action, text in ACTIONS.items()}[one.action],
                {scope.value: text for scope, text in SCOPES.items()}[one.scope],
                printable(", ".join(defang(value) for value in one.values)),
                ORDER_STATES[OrderState(one.state)] if one.state else "",
                one,
            )
            for one in case.orders
        ),
        pictures=tuple(
            (shot, f"data:image/png;base64,{b64encode(pictures[shot.id]).decode()}")
            for shot in case.screenshots
            if shot.id in pictures
        ),
    )


def _quoted(carrier: Carrier) -> list[Piece]:
    marks = [Mark(one.start, one.end, one.kind, one.weight) for one in carrier.marks]
    return [replace(one, text=defang_prose(one.text)) for one in pieces_of(carrier.text, marks)]


def _picture(dossier: Dossier) -> Picture:
    number = int(dossier.cover.subject.partition(":")[2])
    members = tuple(
        MemberView(one.case, printable(defang(one.name)), one.kind, one.state, one.score, False, ())
        for one in dossier.cases
    )
    ties = tuple(
        TieView(one.kind, printable(defang_prose(one.value)), one.cases) for one in dossier.ties
    )
    return picture_of(FamilyView(number, members, ties))
