"""What every engine must do."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InputError
from index.elastic import ElasticEngine
from index.engine import MAX_WINDOW, Engine, Filters, Query
from tests.index.samples import NOON, SERVER, entry, found, marked


def test_elasticsearch_was_here() -> None:
    """Says aloud that the contract was proved for one engine only."""
    if not os.environ.get(SERVER):
        pytest.skip(f"{SERVER} names no server: the contract ran for the embedded engine alone")
    engine = ElasticEngine(os.environ[SERVER], "narcowatch-test-reachable")
    assert engine.healthy()
    engine.remove()


def test_what_was_put_is_found_as_it_was(engine: Engine) -> None:
    one = entry(
        "a",
        "Купить мефедрон",
        title="Лавка",
        regions=("KZ-71", "KZ-75"),
        substances=("mephedrone",),
        score=0.97,
    )
    assert engine.put([one]) == 1
    assert engine.count() == 1
    page = engine.search(Query("мефедрон"))
    assert page.total == 1
    assert page.hits[0].entry == one
    assert page.hits[0].relevance > 0


def test_an_empty_index_finds_nothing(engine: Engine) -> None:
    for text in ("", "мефедрон", "меф*", '"a b"'):
        page = engine.search(Query(text))
        assert (page.total, page.hits) == (0, ())
    assert engine.count() == 0
    assert engine.put([]) == 0
    engine.delete([])


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Куплю мефедрона грамм", ["мефедрон", "МЕФЕДРОНОМ", "граммы", '"мефедроны грамм"']),
        ("закладками по городу", ["закладка", "закладки города"]),
        ("Алматыда жеткізу бар", ["Алматы", "алматының", "жеткізуді"]),
        ("біздің дүкенімізде", ["дүкен", "дүкендер", "дукен", '"біздің дүкен"']),
        ("We are selling crystals", ["sell", "crystal", "sells crystals"]),
        ("мeфeдpoн и м3федрон", ["мефедрон"]),
        ("м е ф е д р о н", ["мефедрон"]),
        ("kokc есть", ["кокс"]),
        ("Ёлки", ["елка", "ёлки"]),
        ("пишите @lavka_kz", ["@lavka_kz", "lavka_kz", '"lavka kz"']),
        ("t.me/lavka_kz", ["t.me/lavka_kz"]),
        ("мефедрон", ["меф*", "ме* OR нет", "(мефедрон)", "-гашиш", "мефедрон -гашиш"]),
        ("🍁 日本語 عربى", ["日本語", "عربى"]),
    ],
)
def test_words_are_found_in_any_form_and_spelling(
    engine: Engine, text: str, queries: list[str]
) -> None:
    engine.put([entry("hit", text), entry("other", "совсем другое, basqa, another")])
    for query in queries:
        assert "hit" in found(engine, query), query
        if not query.startswith("-"):
            assert "other" not in found(engine, query), query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("мефедрон", "мефедрон гашиш"),
        ("мефедрон в городе", '"городе мефедрон"'),
        ("мефедрон", "-мефедрон"),
        ("мефедрон", "федрон"),
        ("top model", "тор"),
        ("дүкен", "дүние"),
    ],
)
def test_what_does_not_match_is_not_found(engine: Engine, text: str, query: str) -> None:
    engine.put([entry("a", text)])
    assert found(engine, query) == set()


def test_title_and_place_are_searched_too(engine: Engine) -> None:
    engine.put([entry("a", "текст", title="Лавка чудес", url="http://lavka.test/menu/mef")])
    for query in ("лавки", "lavka.test", "lavka.test/menu", "mef"):
        assert found(engine, query) == {"a"}, query


def test_a_title_counts_more_than_a_mention(engine: Engine) -> None:
    engine.put(
        [
            entry("mention", "слово мефедрон среди многих других слов", title="о разном"),
            entry("title", "слово гашиш среди многих других слов", title="мефедрон"),
        ]
    )
    assert [hit.entry.id for hit in engine.search(Query("мефедрон")).hits] == ["title", "mention"]


def test_marks_point_into_the_text_that_was_put(engine: Engine) -> None:
    engine.put([entry("a", "Ёлки!\n\nКупить мeфeдpoна — в Алматыда.", title="про мефедрон")])
    (hit,) = engine.search(Query("мефедрон алматы")).hits
    assert marked(hit) == ["мeфeдpoна", "Алматыда"]
    assert [hit.entry.title[a:b] for a, b in hit.title_marks] == ["мефедрон"]
    assert [s.text for s in hit.excerpt if s.marked] == ["мeфeдpoна", "Алматыда"]
    assert "".join(s.text for s in hit.excerpt) == hit.entry.text


def test_putting_twice_replaces(engine: Engine) -> None:
    engine.put([entry("a", "старое"), entry("b", "другое")])
    engine.put([entry("a", "новое", state="requested")])
    engine.put([entry("a", "новое", state="requested")])
    assert engine.count() == 2
    assert found(engine, "старое") == set()
    assert found(engine, "новое", Filters(states=("requested",))) == {"a"}


def test_the_last_of_two_with_one_id_counts(engine: Engine) -> None:
    engine.put([entry("a", "первое"), entry("a", "второе")])
    assert engine.count() == 1
    assert found(engine, "второе") == {"a"}


def test_deleting(engine: Engine) -> None:
    engine.put([entry(str(n), "слово") for n in range(3)])
    engine.delete(["0", "2", "never there"])
    assert found(engine, "слово") == {"1"}
    assert engine.count() == 1


def test_filters(engine: Engine) -> None:
    engine.put(
        [
            entry("a", "слово", state="confirmed", kind="onion", lang="ru", regions=("KZ-75",)),
            entry(
                "b", "слово", state="in_review", kind="host", lang="kk", date=NOON.replace(day=3)
            ),
            entry(
                "c",
                "слово",
                substances=("mephedrone", "hashish"),
                regions=("KZ-75", "KZ-71"),
                role="shop",
            ),
        ]
    )
    day = timedelta(days=1)
    for filters, ids in (
        (Filters(), {"a", "b", "c"}),
        (Filters(states=("confirmed",)), {"a", "c"}),
        (Filters(states=("confirmed", "in_review")), {"a", "b", "c"}),
        (Filters(kinds=("onion",)), {"a"}),
        (Filters(langs=("kk",)), {"b"}),
        (Filters(regions=("KZ-75",)), {"a", "c"}),
        (Filters(regions=("KZ-75",), kinds=("host",)), {"c"}),
        (Filters(substances=("hashish",)), {"c"}),
        (Filters(roles=("shop", "news")), {"c"}),
        (Filters(since=NOON + day), {"b"}),
        (Filters(since=NOON, until=NOON + day), {"a", "c"}),
        (Filters(until=NOON), set()),
        (Filters(states=("dismissed",)), set()),
    ):
        assert found(engine, "слово", filters) == ids, filters
        assert found(engine, "", filters) == ids, filters


def test_dates_that_no_page_has_are_no_error(engine: Engine) -> None:
    ages = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1969, 9999)]
    engine.put(entry(str(one.year), "слово", date=one) for one in ages)
    assert [hit.entry.id for hit in engine.search(Query("")).hits] == ["9999", "1969", "1"]
    assert found(engine, "слово", Filters(since=ages[0], until=ages[2])) == {"1", "1969"}


def test_facets_count_all_matches_not_the_page(engine: Engine) -> None:
    engine.put(
        entry(
            str(n),
            "слово",
            state="confirmed" if n % 3 else "requested",
            regions=("KZ-75",),
            role="" if n else "shop",
        )
        for n in range(30)
    )
    page = engine.search(Query("слово", limit=5))
    assert (len(page.hits), page.total) == (5, 30)
    assert page.facets["state"] == {"confirmed": 20, "requested": 10}
    assert page.facets["region"] == {"KZ-75": 30}
    assert page.facets["substance"] == {}
    assert page.facets["role"] == {"shop": 1}


@pytest.mark.parametrize("text", ["слово", ""])
def test_hidden_cases_are_neither_found_nor_counted(engine: Engine, text: str) -> None:
    engine.put(entry(str(n), "слово", case_id=n % 3) for n in range(9))
    page = engine.search(Query(text, hidden=frozenset({1, 77})))
    assert {hit.entry.case_id for hit in page.hits} == {0, 2}
    assert page.total == 6
    assert page.facets["state"] == {"confirmed": 6}


@pytest.mark.parametrize("text", ["слово", ""])
def test_all_matches_are_told_by_id_and_case(engine: Engine, text: str) -> None:
    engine.put(
        entry(str(n), "слово", case_id=n % 3, kind="host" if n else "onion") for n in range(50)
    )
    query = Query(text, Filters(kinds=("host",)), limit=3, offset=6, hidden=frozenset({1}))
    assert engine.matches(query) == {str(n): n % 3 for n in range(1, 50) if n % 3 != 1}
    assert engine.matches(Query("нет")) == {}


def test_more_matches_than_can_be_gone_through_are_refused(engine: Engine) -> None:
    engine.put(entry(str(n), "слово") for n in range(MAX_WINDOW + 1))
    with pytest.raises(InputError, match="10001 pages match"):
        engine.matches(Query("слово"))


def test_an_empty_query_lists_the_newest_first(engine: Engine) -> None:
    engine.put(entry(str(n), "", date=NOON + timedelta(hours=n)) for n in range(5))
    assert [hit.entry.id for hit in engine.search(Query("", limit=3)).hits] == ["4", "3", "2"]


def test_pages_follow_each_other(engine: Engine) -> None:
    engine.put(entry(str(n), "слово") for n in range(25))
    pages = [engine.search(Query("слово", limit=10, offset=at)) for at in (0, 10, 20, 30)]
    assert [len(page.hits) for page in pages] == [10, 10, 5, 0]
    assert len({hit.entry.id for page in pages for hit in page.hits}) == 25


def test_a_thousand_documents(engine: Engine) -> None:
    assert engine.put(entry(f"{n}", f"номер {n} слово{n % 7}") for n in range(1000)) == 1000
    assert engine.count() == 1000
    assert found(engine, "номер 777") == {"777"}
    assert engine.search(Query("слово3")).total == len([n for n in range(1000) if n % 7 == 3])


def test_a_huge_text(engine: Engine) -> None:
    text = "обычное слово " * 72_000 + "иголка"
    assert len(text) > 1_000_000
    engine.put([entry("a", text), entry("b", "x" * 1_000_000)])
    (hit,) = engine.search(Query("иголки")).hits
    assert marked(hit) == ["иголка"]
    assert hit.entry.text == text
    assert len("".join(segment.text for segment in hit.excerpt)) < 400


def test_card_numbers_never_get_in(engine: Engine) -> None:
    engine.put([entry("a", "оплата 4111 1111 1111 1111", title="4111111111111111")])
    (hit,) = engine.search(Query("оплата")).hits
    assert hit.entry.text == "оплата •••• •••• •••• 1111"
    assert hit.entry.title == "••••••••••••1111"
    assert found(engine, "4111111111111111") == set()


def test_text_that_no_database_can_hold(engine: Engine) -> None:
    engine.put([entry("a", "слово \ud800 \x00 конец")])
    (hit,) = engine.search(Query("конец")).hits
    assert hit.entry.text == "слово \ufffd \x00 конец"


@pytest.mark.parametrize(
    "text",
    [
        '"abc',
        "(a",
        "*",
        "a OR",
        "*:*",
        '{"match_all": {}}' + "(",
        "/.*/ OR",
        "м*ф",
        "text:*слово",
        "\\",
    ],
)
def test_a_broken_query_is_refused_by_name(engine: Engine, text: str) -> None:
    with pytest.raises(InputError, match="search: cannot understand"):
        engine.search(Query(text))


@pytest.mark.parametrize(
    "text",
    [
        "state:confirmed",
        '{"query":{"match_all":{}}}',
        "[a TO z]",
        "слово^100~2",
        "a && b || !c",
        "'; DROP TABLE cases; --",
        "id:a",
        "{!lucene}слово",
    ],
)
def test_the_syntax_of_engines_means_nothing(engine: Engine, text: str) -> None:
    engine.put([entry("a", "что-то", state="confirmed")])
    assert found(engine, text) == set()


def test_a_page_out_of_bounds_is_refused() -> None:
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}, {"offset": 10_000}):
        with pytest.raises(InputError, match="search:"):
            Query("a", **wrong)  # type: ignore[arg-type]


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=80), st.text(max_size=40))
def test_any_text_goes_in_and_any_query_is_answered(engine: Engine, text: str, query: str) -> None:
    engine.put([entry("a", text, title=query)])
    try:
        page = engine.search(Query(query))
    except InputError:
        return
    for hit in page.hits:
        assert all(0 <= start < end <= len(text) for start, end in hit.marks)


def test_generation_and_health(engine: Engine) -> None:
    assert engine.generation
    assert engine.healthy()
    assert "0 entries" in engine.healthy().detail
