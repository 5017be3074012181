"""Search: what is found, how it is shown, and what is never told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from cases.models import Case
from cases.people import Role
from index.embedded import EmbeddedEngine
from index.feeding import sync
from review.console.hits import pieces
from review.searches import read_address
from tests.index.shops import captured, shop
from tests.records import page

pytestmark = pytest.mark.django_db
BAD = "<script>alert(1)</script> купить мефедрон \u202eтут"


@pytest.fixture
def house(tmp_path: Path, settings) -> Path:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    return tmp_path


@pytest.fixture
def client(house: Path, client_in) -> Client:
    return client_in(Role.ANALYST)


def index(house: Path) -> None:
    sync(EmbeddedEngine(house / "index"))


def asked(client: Client, address: str = "q=мефедрон"):
    return client.get(f"{reverse('search')}?{address}")


def test_hits_lead_to_their_case_with_matches_marked(house: Path, client: Client) -> None:
    case = shop(text="Здесь можно купить мефедрон дёшево")
    index(house)
    answer = asked(client, "q=мефедрона")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert '<mark class="for">мефедрон</mark>' in text
    assert f'href="{reverse("case", args=[case.pk])}"' in text
    assert "in review" in text
    assert "hxxp://lavka[.]test/" in text
    assert "http://lavka.test" not in text
    assert answer.context["total"] == 1


def test_collected_text_is_data(house: Path, client: Client) -> None:
    shop("http://evil.test/", BAD)
    captured(page("http://evil.test/" + escape("<b>"), BAD))
    index(house)
    text = asked(client).content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\\u202e" in text
    assert "\u202e" not in text


def test_before_anything_is_asked_nothing_is_searched(house: Path, client: Client) -> None:
    answer = client.get(reverse("search"))
    assert answer.status_code == 200
    assert "paging" not in answer.context


def test_facets_narrow_and_widen_and_stand_in_the_address(house: Path, client: Client) -> None:
    shop("http://one.test/")
    shop("http://two.test/")
    Case.objects.filter(target__value="two.test").update(state="confirmed")
    index(house)
    facets = {str(one.title): one for one in asked(client).context["facets"]}
    assert set(facets) == {"State", "Kind", "Language", "Region", "Substance", "Role"}
    assert {value.name: value.count for value in facets["State"].values} == {
        "in review": 1,
        "confirmed": 1,
    }
    assert {value.name for value in facets["Region"].values} == {"Astana", "Almaty"}
    to_confirmed = next(v.address for v in facets["State"].values if v.name == "confirmed")
    narrowed = asked(client, to_confirmed)
    assert narrowed.context["total"] == 1
    assert read_address(to_confirmed).chosen == {"state": ("confirmed",)}
    (state,) = (one for one in narrowed.context["facets"] if str(one.title) == "State")
    assert (state.values[0].chosen, state.values[0].count) == (True, 1)
    assert asked(client, state.values[0].address).context["total"] == 2
    assert 'type="hidden" name="state" value="confirmed"' in narrowed.content.decode()


def test_days_are_filters(house: Path, client: Client) -> None:
    shop()
    index(house)
    for days, found in (
        ("since=2026-03-01&until=2026-03-01", 1),
        ("since=2026-03-02", 0),
        ("until=2026-02-28", 0),
    ):
        assert asked(client, f"q=мефедрон&{days}").context["total"] == found, days


def test_pages_follow_each_other(house: Path, client: Client) -> None:
    shop()
    captured(*(page(f"http://lavka.test/{n}", f"мефедрон {n}") for n in range(44)))
    index(house)
    seen, address = list[str](), "q=мефедрон"
    while address:
        answer = asked(client, address)
        assert answer.context["total"] == 45
        seen += [hit.url for hit in answer.context["hits"]]
        address = answer.context["paging"].after
    assert (len(seen), len(set(seen))) == (45, 45)
    assert answer.context["paging"].number == answer.context["paging"].last == 3


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("q=(мефедрон", "a ( has no partner"),
        ("q=%22мефедрон", "has no partner"),
        ("q=a&state=bought", "no value of the filter"),
        ("q=a&region=KZ-00", "no value of the filter"),
        ("q=a&lang=" + "x" * 200, "no value of the filter"),
        ("q=a&since=yesterday", "is no day"),
        ("q=a&since=0001-01-01", "No page is of"),
        ("q=a&page=0", "no such page"),
        ("q=a&page=x", "no such page"),
        ("q=a&page=501", "only the first 10000"),
        ("q=" + "a" * 1001, "at most 1000 characters"),
    ],
)
def test_what_cannot_be_understood_is_said(
    house: Path, client: Client, address: str, said: str
) -> None:
    EmbeddedEngine(house / "index")
    answer = asked(client, address)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_without_an_index_it_is_said_and_none_is_made(house: Path, client: Client) -> None:
    answer = asked(client)
    assert answer.status_code == 503
    assert "Nothing is indexed yet" in answer.content.decode()
    assert str(house) not in answer.content.decode()
    assert not (house / "index").exists()


def test_a_case_that_became_restricted_is_in_no_hit_and_no_count(
    house: Path, client: Client
) -> None:
    shop("http://one.test/")
    shop("http://two.test/")
    index(house)
    Case.objects.filter(target__value="two.test").update(restricted=True)
    answer = asked(client)
    assert answer.context["total"] == 1
    counts = [value.count for facet in answer.context["facets"] for value in facet.values]
    assert set(counts) == {1}
    assert "two[.]test" not in answer.content.decode()


def test_the_number_of_queries_does_not_grow(
    house: Path, client: Client, django_assert_num_queries
) -> None:
    shop("http://one.test/")
    index(house)
    asked(client)  # the content types and such are read once
    with django_assert_num_queries(10) as few:
        asked(client)
    for n in range(12):
        shop(f"http://more{n}.test/")
    index(house)
    with django_assert_num_queries(len(few)):
        assert len(asked(client).context["hits"]) == 13


def test_no_style_and_no_script_in_the_page(house: Path, client: Client) -> None:
    shop()
    index(house)
    text = asked(client).content.decode()
    assert not re.search(r"style=|<script(?! type=.module. src)| on\w+=", text)


def test_pieces_lose_nothing() -> None:
    found = pieces("купить меф тут", ((7, 10),))
    assert [(one.text, one.marked) for one in found] == [
        ("купить ", False),
        ("меф", True),
        (" тут", False),
    ]
    assert "".join(one.text for one in pieces("купить ме", ((7, 10),))) == "купить ме"
