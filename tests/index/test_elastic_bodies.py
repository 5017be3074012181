"""What Elasticsearch would be sent; whether it answers as meant, the contract suite proves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from domain.errors import InputError
from index import kazakh
from index.elastic_bodies import (
    batches,
    delete_line,
    index_body,
    matches_body,
    put_lines,
    search_body,
)
from index.engine import FACETS, MAX_WINDOW, VERSION, Filters, Query
from tests.index.samples import NOON, entry


def test_every_analyzer_uses_filters_that_are_defined() -> None:
    body = index_body("g")
    analysis = body["settings"]["analysis"]
    used = {name for one in analysis["analyzer"].values() for name in one["filter"]}
    assert used == set(analysis["filter"])
    fields = body["mappings"]["properties"]["words"]["properties"]
    named = {fields["place"]["analyzer"]}
    for name in ("text", "title"):
        named |= {one["analyzer"] for one in (fields[name], *fields[name]["fields"].values())}
    assert named == set(analysis["analyzer"])


def test_the_kazakh_analyzer_is_the_stemmer_rule_by_rule_in_order() -> None:
    analysis = index_body("g")["settings"]["analysis"]
    filters = [analysis["filter"][name] for name in analysis["analyzer"]["kazakh"]["filter"]]
    assert [(one["pattern"], one["replacement"]) for one in filters] == [*kazakh.RULES]


def test_the_mapping_takes_every_property_of_a_document_and_no_other() -> None:
    mappings = index_body("g")["mappings"]
    _, document = put_lines(entry("a", "слово")).splitlines()
    assert set(json.loads(document)) == set(mappings["properties"])
    assert set(json.loads(document)["words"]) == set(mappings["properties"]["words"]["properties"])
    assert mappings["dynamic"] == "strict"
    assert mappings["_meta"] == {"version": VERSION, "generation": "g"}


def test_bulk_lines() -> None:
    one = entry("a\n1", "Мeфeдрон\nв Алматыда", regions=("KZ-75",))
    lines = put_lines(one)
    assert lines.endswith(b"\n")
    action, document = map(json.loads, lines.splitlines())
    assert action == {"index": {"_id": "a\n1"}}
    assert document["text"] == one.text
    assert document["words"]["text"] == "мефедрон в алматыда"
    assert document["words"]["place"] == "host lavka test http lavka test"
    assert document["date"] == "2026-03-01T12:00:00+00:00"
    assert document["regions"] == ["KZ-75"]
    assert json.loads(delete_line("a")) == {"delete": {"_id": "a"}}


def test_batches_are_bounded_and_lose_nothing() -> None:
    lines = [b"x" * size for size in (4, 4, 4, 30, 1, 1, 1, 1)]
    found = [*batches(lines, most_bytes=10, most=3)]
    assert [line for batch in found for line in batch] == lines
    assert [len(batch) for batch in found] == [2, 1, 1, 3, 1]
    assert [*batches([], 10, 3)] == []


def leaves(value: object, name: str) -> list[dict[str, object]]:
    """Every object that stands under ``name`` in a body."""
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one, name)]
    if not isinstance(value, dict):
        return []
    here = [value[name]] if name in value else []
    return here + [leaf for one in value.values() for leaf in leaves(one, name)]


def test_a_word_is_looked_for_in_every_field() -> None:
    body = search_body(Query("Мефедрона"))
    fields = {field: asked for one in leaves(body, "match_phrase") for field, asked in one.items()}
    assert set(fields) == {
        "words.text", "words.text.stem", "words.text.kk",
        "words.title", "words.title.stem", "words.title.kk", "words.place",
    }  # fmt: skip
    assert {asked["query"] for asked in fields.values()} == {"мефедрона"}
    assert fields["words.title"]["boost"] > fields["words.text"]["boost"]


def test_a_tree_becomes_a_tree() -> None:
    (top,) = search_body(Query('(а OR "б в") -гд*'))["query"]["bool"]["must"]
    assert [one["bool"]["minimum_should_match"] for one in top["bool"]["must"]] == [1]
    phrases = {
        str(asked["query"])
        for one in leaves(top["bool"]["must"], "match_phrase")
        for asked in one.values()
    }
    assert phrases == {"а", "б в"}
    prefixes = leaves(top["bool"]["must_not"], "prefix")
    assert {asked["value"] for one in prefixes for asked in one.values()} == {"гд"}


def test_exclusion_alone_is_from_everything() -> None:
    (top,) = search_body(Query("-а"))["query"]["bool"]["must"]
    assert top["bool"]["must"] == [{"match_all": {}}]


def test_filters_paging_and_facets() -> None:
    filters = Filters(
        states=("confirmed",), regions=("KZ-75", "KZ-71"), since=NOON, until=NOON + timedelta(1)
    )
    body = search_body(Query("а", filters, limit=5, offset=10))
    assert body["query"]["bool"]["filter"] == [
        {"terms": {"state": ["confirmed"]}},
        {"terms": {"regions": ["KZ-75", "KZ-71"]}},
        {
            "range": {
                "date": {"gte": "2026-03-01T12:00:00+00:00", "lt": "2026-03-02T12:00:00+00:00"}
            }
        },
    ]
    assert (body["from"], body["size"]) == (10, 5)
    assert set(body["aggs"]) == set(FACETS)


def test_hidden_cases_are_excluded_in_both_requests() -> None:
    query = Query("а", Filters(roles=("shop",)), hidden=frozenset({7, 3}))
    for body in (search_body(query), matches_body(query)):
        assert body["query"]["bool"]["must_not"] == [{"terms": {"case_id": [3, 7]}}]
        assert body["query"]["bool"]["filter"] == [{"terms": {"role": ["shop"]}}]
    assert matches_body(query)["size"] == MAX_WINDOW


def test_an_empty_query_is_sorted_by_date() -> None:
    assert search_body(Query(""))["sort"][0] == {"date": "desc"}
    assert search_body(Query("а"))["sort"][0] == {"_score": "desc"}


@pytest.mark.parametrize("text", ['{"match_all": {}}', "state:confirmed", "x^9~2 [a TO b]", "/.y/"])
def test_a_query_is_never_more_than_a_value(text: str) -> None:
    body = search_body(Query(text))
    for one in leaves(body, "match_phrase"):
        for asked in one.values():
            assert str(asked["query"]).replace(" ", "").isalnum()
    assert leaves(body, "query_string") == []


def test_a_broken_query_is_refused() -> None:
    with pytest.raises(InputError, match="cannot understand"):
        search_body(Query('"a'))
