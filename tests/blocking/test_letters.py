"""Letters: what stands on paper in three languages, and what no title can make of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from weasyprint import CSS, HTML
from weasyprint.formatting_structure.boxes import Box, TableCellBox, TextBox

from blocking import expiry
from blocking.letters.facts import MAX_ITEMS, Letter, of_request
from blocking.letters.making import letter
from blocking.letters.paper import printed
from blocking.letters.templates import SHIPPED, Templates
from blocking.models import BlockingRequest
from blocking.plan import LANGUAGES, ExportPlan, Recipient
from blocking.protection import Protection
from blocking.requests import make_requests
from cases import proposals
from cases.models import Case, Person
from cases.moves import move
from cases.people import Role
from domain.errors import InputError
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.house import House
from tests.blocking.test_documents import FIRST
from tests.people import person
from tests.records import new_run

MINISTRY = Recipient(
    "regulator",
    ("json",),
    title="Мәдениет және ақпарат министрлігі",
    address="Астана қ.\nМәңгілік Ел",
)
TITLES = {
    "kk": "Қолжетімділікті шектеу туралы талап",
    "ru": "Требование об ограничении доступа",
    "en": "Request to restrict access",
}
LONG = f"https://shop.test/{'a' * 900}?q={'%D0%B0' * 100}"


def made(language: str = "en", **target: Any) -> Letter:
    document = json.loads(json.dumps(FIRST))
    document["target"].update(target)
    return of_request(document, "ab" * 32, MINISTRY, language)


def read(data: bytes) -> str:
    """The text of a PDF, on one line."""
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def fonts(data: bytes) -> Iterator[dict[str, Any]]:
    for page in PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():
            found = font.get_object() if isinstance(font, IndirectObject) else font
            for part in found.get("/DescendantFonts", [found]):
                yield part.get_object()["/FontDescriptor"].get_object()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_in_its_language_with_its_fonts_and_always_the_same(language: str) -> None:
    data = printed(made(language), Templates())
    assert data == printed(made(language), Templates())
    text = read(data)
    assert TITLES[language] in text
    assert "Мәдениет және ақпарат министрлігі" in text
    assert "shop.test" in text
    descriptors = list(fonts(data))
    assert descriptors
    for descriptor in descriptors:
        assert any(key.startswith("/FontFile") for key in descriptor)


def right_of(box: Box) -> float:
    """Where the box ends, margins aside; in CSS pixels."""
    return box.position_x + box.border_width() if hasattr(box, "border_width") else 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_address_stays_on_the_page(language: str) -> None:
    templates, letter_ = Templates(), made(language, scope="url", values=[LONG])
    sheet = CSS(string=templates.sheet())
    for page in HTML(string=templates.html(letter_)).render(stylesheets=[sheet]).pages:
        every = list(page._page_box.descendants())
        cells = [box for box in every if isinstance(box, TableCellBox)]
        assert max(right_of(box) for box in every) <= page.width
        for cell in cells:
            for box in cell.descendants():
                assert not isinstance(box, TextBox) or right_of(box) <= right_of(cell), box.text
    data = printed(letter_, templates)
    assert LONG in read(data).replace(" ", "")


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>&\"'{}%#\u202e\u2066\u200f\x00\x1b\ufffe\u2028\ue0ff"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@given(text=HOSTILE)
def test_nothing_breaks_out_of_its_place(text: str) -> None:
    plain = Templates().html(made())
    html = Templates().html(_with(text))
    assert tags(html) == tags(plain)
    assert "\ue0ff" not in html


def _with(text: str) -> Letter:
    document = json.loads(json.dumps(FIRST))
    document["authority"].update(unit=text, contact=text, number="3/1")
    document["law"]["provisions"] = [text]
    return of_request(document, "ab" * 32, replace(MINISTRY, title=text or "x"), "en")


def tags(html: str) -> list[str]:
    return re.findall(r"<[a-z!/][^\s>]*", html)


def test_a_title_that_is_markup_stands_as_text() -> None:
    hostile = _with('<img src="http://evil.test/x.png"><script>alert(1)</script>{{ letter }}')
    text = read(printed(hostile, Templates()))
    assert "<script>alert(1)</script>{{ letter }}" in text


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


def test_a_unit_has_templates_of_its_own(own: Path) -> None:
    (own / "letter.en.html").write_text("<p>Ours: {{ letter.items.0.values.0 }}</p>")
    (own / "letter.css").write_text("p { color: red }")
    templates = Templates(own)
    assert read(printed(made(), templates)) == "Ours: shop.test"
    assert templates.sheet() == "p { color: red }"
    assert TITLES["ru"] in read(printed(made("ru"), templates)), "others are the shipped ones"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<p>\n{% if letter.unit %}\n", r"letter\.en\.html, line 2: Unclosed tag.*if"),
        ("<p>\n\n{% nothing %}", r"letter\.en\.html, line 3: Invalid block tag.*nothing"),
        (
            "<p>\n{{ letter.un }}",
            r"letter\.en\.html, line 2: nothing is called letter.un",
        ),
        ("\n{{ letter.unit|no_filter }}", r"letter\.en\.html, line 2: Invalid filter"),
        ("\n{% include 'none.html' %}", r"line 2: none\.html"),
        ("\n{% include '../secret.html' %}", r"secret\.html"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(own: Path, text: str, says: str) -> None:
    (own / "letter.en.html").write_text(text)
    (own.parent / "secret.html").write_text("secret")
    with pytest.raises(InputError, match=says):
        printed(made(), Templates(own))


def test_a_template_of_other_bytes_is_named(own: Path) -> None:
    (own / "letter.en.html").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"letter\.en\.html"):
        printed(made(), Templates(own))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "letter.css"])
def test_a_template_cannot_fetch_anything(own: Path, url: str) -> None:
    (own / "letter.en.html").write_text(f'<img src="{url}">x')
    if ":" not in url:
        (own / "letter.en.html").write_text(f'<base href="file://{own}/"><img src="{url}">x')
    with pytest.raises(InputError, match="ask for what is not in them"):
        printed(made(), Templates(own))


def test_a_picture_inside_a_template_is_drawn(own: Path) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    (own / "letter.en.html").write_text(f'<img src="data:image/svg+xml,{svg}">x')
    assert printed(made(), Templates(own)).startswith(b"%PDF-")


def test_shipped_templates_say_the_same_in_every_language() -> None:
    def names(language: str) -> list[str]:
        text = (SHIPPED / f"letter.{language}.html").read_text("utf-8")
        return re.findall(r"\{[{%] ?(?:if|for|include|with)? ?([a-z_.0-9]+)", text)

    assert set(names("kk")) == set(names("ru")) == set(names("en"))


def test_more_than_paper_can_hold_is_refused() -> None:
    one = made()
    many = replace(one, release="regulator/1", items=one.items * (MAX_ITEMS + 1))
    with pytest.raises(InputError, match=str(MAX_ITEMS)):
        printed(many, Templates())


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    recipients = (replace(plan.recipients[0], title="Ministry"), *plan.recipients[1:])
    rules = replace(plan.rules, recipients=recipients)
    return House(replace(plan, recipients=recipients, rules=rules), protection, clock, supervisor)


def requested(house: House, case: Case) -> BlockingRequest:
    make_requests(house.plan.rules, house.protection, clock=house.clock)
    return BlockingRequest.objects.get(case=case)


@pytest.mark.django_db
def test_the_letter_of_a_request_names_all_that_it_rests_on(
    confirmed: Confirmed, house: House
) -> None:
    row = requested(house, confirmed(host("shop.test"), ("/", "/price")))
    text = read(letter(str(row.pk), "en", house.plan, clock=house.clock))
    document = json.loads(row.document)
    for part in ("Ministry", "Cyber unit", "Law, 41-1", "analyst1", str(row.pk), row.sha256):
        assert part in text
    for proof in document["evidence"]:
        assert proof["url"] in text.replace(" ", "")
        assert proof["sha256"] in text.replace(" ", "")
    assert document["bundle"]["captures_sha256"] in text.replace(" ", "")


@pytest.mark.django_db
def test_of_a_group_the_letter_names_messages_alone(confirmed: Confirmed, house: House) -> None:
    key = TargetKey(TargetKind.TELEGRAM, "2207715346")
    case = confirmed(key, ("5", "9"), name="some_chat")
    case.target.captures.update(redacted="group authors=3")
    text = read(letter(str(requested(house, case).pk), "en", house.plan, clock=house.clock))
    assert "https://t.me/some_chat/5" in text
    assert "only these messages" in text
    assert "https://t.me/some_chat " not in text


@pytest.mark.django_db
def test_nothing_of_a_case_on_hold_leaves_the_house(confirmed: Confirmed, house: House) -> None:
    case = confirmed(host("shop.test"))
    row = requested(house, case)
    Case.objects.filter(pk=case.pk).update(state=CaseState.ON_HOLD)
    with pytest.raises(InputError, match="not in force"):
        letter(str(row.pk), "en", house.plan, clock=house.clock)
    Case.objects.filter(pk=case.pk).update(state=CaseState.REQUESTED, restricted=True)
    with pytest.raises(InputError, match="there is no request"):
        letter(str(row.pk), "en", house.plan, clock=house.clock)


@pytest.mark.django_db
def test_the_letter_with_a_release_lists_what_is_in_it_and_what_no_longer_is(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    gone = confirmed(host("gone.test"))
    confirmed(host("kept.test"))
    house.release(house.build().export)
    move(gone.pk, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=clock)
    built = house.build().export
    with pytest.raises(InputError, match="not released"):
        letter("regulator/2", "en", house.plan, clock=clock)
    house.release(built)
    data = letter("regulator/2", "en", house.plan, clock=clock)
    clock.pass_by(days=2)
    assert data == letter("regulator/2", "en", house.plan, clock=clock)
    asked, _, restored = read(data).partition("Access to be restored")
    assert "kept.test" in asked
    assert "gone.test" in restored
    assert built.manifest_sha256 in read(data)


@pytest.mark.django_db
def test_nobody_is_asked_to_restore_what_was_renewed(
    confirmed: Confirmed, house: House, clock: Time
) -> None:
    confirmed(host("kept.test"))
    house.release(house.build().export)
    clock.pass_by(days=80)
    (asked,) = expiry.ask(new_run(), house.plan.rules, clock=clock)
    other = person("analyst3", Role.ANALYST)
    proposals.decide(asked.pk, other, accept=True, reason="it sells", clock=clock)
    expiry.renew(house.plan.rules, house.protection, clock=clock)
    house.release(house.build().export)
    said = read(letter("regulator/2", "en", house.plan, clock=clock))
    assert said.count("kept.test") == 1
    assert "restored" not in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "says"),
    [("x", "neither"), ("regulator/9", "regulator/9"), (FIRST["id"], "there is no request")],
)
def test_what_is_not_there_has_no_letter(house: House, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        letter(name, "en", house.plan)
    with pytest.raises(InputError, match="no letters in 'de'"):
        letter(FIRST["id"], "de", house.plan)
