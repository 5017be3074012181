"""Agora's categories and what they are merged into."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from classifiers.training.taxonomy import MERGED, group_of_category
from domain.lexicon import Lexicon, TermKind

CATEGORIES = {
    "Drugs/Cannabis/Weed|title": "cannabis",
    "Drugs/Cannabis|title+desc": "cannabis",
    "Drugs/Cannabis/Synthetics|title": "synthetic_cannabinoids",
    "Drugs/Stimulants/Prescription|title": "amphetamine",
    "Drugs/Stimulants/Meth|title": "methamphetamine",
    "Drugs/Ecstasy-MDMA|title": "mdma",
    "Drugs/Disassociatives/GHB|title": "sedatives",
    "Drugs/Dissociatives/MXE|title": "dissociatives",
    "Drugs/Weight loss|title": "doping_and_potency",
    "Drugs/Opioids/Fentanyl|title": "opioids",
    "Drugs/Opioids|ambiguous_top|title": "",
    "Drugs/Prescription|title": "",
    "Drugs/Stimulants|title": "",
    "Drugs/Other|title": "",
    "Tobacco/Smoked|title": "",
    "Drug paraphernalia/Pipes|title": "",
    "": "",
}


@pytest.mark.parametrize(("category", "group"), CATEGORIES.items())
def test_a_category_names_its_group_or_none(category: str, group: str) -> None:
    assert group_of_category(category) == group


def test_groups_are_those_of_the_lexicon(lexicon: Lexicon) -> None:
    named = {one.name for one in lexicon.concepts if one.kind is TermKind.SUBSTANCE}
    assert {*CATEGORIES.values(), *MERGED, *MERGED.values()} - {""} <= named
