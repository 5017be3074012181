"""What stands on the paper, in three languages, and that the same facts make the same paper."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from pypdf import PdfReader

from config.schema import CHECKOUT
from review.dossier.building import Workshop
from review.dossier.facts import Dossier
from review.dossier.wanting import Wanted
from tests.cases.bundles.conftest import Shop
from tests.review.dossier.conftest import WANTED, Making, unpacked

IN_THREE = [
    ("en", ("Case {case}: ", "confirmed", "sells drugs", "cathinones", "shop", "Telegram name")),
    ("ru", ("Дело {case}: ", "подтверждено", "продаёт наркотики", "катиноны", "имя в Telegram")),
    ("kk", ("{case}-іс: ", "расталды", "есірткі сатады", "катинондар")),
]


def text_of(pdf: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize(("language", "said"), IN_THREE, ids=lambda one: str(one)[:2])
def test_it_speaks_the_language_that_was_chosen(
    making: Making,
    workshop: Workshop,
    shop: Shop,
    tmp_path: Path,
    language: str,
    said: tuple[str, ...],
) -> None:
    row = making(replace(WANTED, language=language))
    pdf = (unpacked(row, workshop, tmp_path / "out") / "dossier.pdf").read_bytes()
    text = text_of(pdf)
    numbered = [one.format(case=shop.case.pk) for one in said]
    assert [one for one in numbered if one not in text] == []
    for always in ("Investigation department, Almaty", "criminal case 12/34", "Cyber unit",
                   "price list", "Мефедрон", "hxxp://shop[.]test/goods", "@shop"):  # fmt: skip
        assert always in text
    assert "http://" not in text
    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert root["/Lang"] == language


def test_it_has_contents_page_numbers_and_its_own_letters(
    making: Making, workshop: Workshop, tmp_path: Path
) -> None:
    row = making()
    reader = PdfReader(unpacked(row, workshop, tmp_path / "out") / "dossier.pdf")
    pages = [page.extract_text() for page in reader.pages]
    count = len(pages)
    assert [f"{n} / {count}" in page for n, page in enumerate(pages, 1)] == [True] * count
    contents = next(page for page in pages if "Contents" in page)
    on = next(n for n, page in enumerate(pages, 1) if page.lstrip().startswith("Glossary"))
    assert any(
        line.startswith("Glossary") and line.endswith(str(on)) for line in contents.splitlines()
    )
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_the_same_facts_make_the_same_paper_in_any_process(
    making: Making, workshop: Workshop, tmp_path: Path
) -> None:
    """Another hash seed, another second: no byte of it differs."""
    out = unpacked(making(), workshop, tmp_path / "out")
    again = (
        "import sys, django; django.setup()\n"
        "from pydantic import TypeAdapter\n"
        "from review.dossier.facts import Dossier\n"
        "from review.dossier.paper import paper\n"
        "facts = TypeAdapter(Dossier).validate_json(open(sys.argv[1], 'rb').read())\n"
        "sys.stdout.buffer.write(paper(facts, {}))\n"
    )
    environ = {**os.environ, "PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", again, str(out / "dossier.json")],
        cwd=CHECKOUT, env=environ, capture_output=True, check=True,
    )  # fmt: skip
    made = (out / "dossier.pdf").read_bytes()
    assert hashlib.sha256(done.stdout).hexdigest() == hashlib.sha256(made).hexdigest()


def test_facts_are_as_their_schema_says(
    making: Making, workshop: Workshop, tmp_path: Path, shop: Shop
) -> None:
    out = unpacked(making(), workshop, tmp_path / "out")
    facts = TypeAdapter(Dossier).validate_json((out / "dossier.json").read_bytes(), strict=False)
    (case,) = facts.cases
    assert (case.case, case.target, case.state) == (shop.case.pk, "host:shop.test", "confirmed")
    assert [(one.person, one.verdict, one.reason) for one in case.decisions] == [
        ("one", "confirm", "price list"),
        ("two", "confirm", "price list"),
    ]
    assert [one.url for one in case.captures] == ["http://shop.test/goods"]
    assert [(one.kind, one.value) for one in facts.summary.indicators] == [("telegram", "@shop")]
    assert [(one.least, one.currency) for one in facts.summary.prices] == [(5000.0, "KZT")]
    assert b'"$id":"narcowatch.dossier/1"' in (out / "dossier.schema.json").read_bytes()


def test_pictures_are_in_it_only_when_asked_for(
    making: Making, workshop: Workshop, tmp_path: Path, shop: Shop
) -> None:
    plain = unpacked(making(), workshop, tmp_path / "plain")
    assert not [*plain.rglob("*.png")]
    assert not PdfReader(plain / "dossier.pdf").pages[0].images
    assert "Chromium" not in (plain / "dossier.json").read_text()


def test_pictures_that_were_asked_for(making: Making, workshop: Workshop, tmp_path: Path) -> None:
    row = making(Wanted("Investigators", "a case", "en", pictures=True))
    shown = unpacked(row, workshop, tmp_path / "shown")
    assert [path.name for path in shown.rglob("*.png")] == ["000001.png"]
    assert "its beginning; the whole is in the evidence" in text_of(
        (shown / "dossier.pdf").read_bytes()
    )
