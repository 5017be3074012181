"""What Elasticsearch is sent: the index's mapping, bulk lines, and a query. Pure functions.

Texts are folded before they are sent (``words.*``), so that every analyzer only parts them at
blanks and stems; the entry itself is kept beside them as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from index import kazakh, queries
from index.engine import FACETS, MAX_WINDOW, VERSION, Entry, Filters, Query
from index.folding import latin_twin
from index.queries import EVERYTHING, Node, parse
from index.sources import to_source
from index.terms import PLAIN_FIELDS, SEARCHED, folded

Body = dict[str, Any]
_FACET_VALUES = 100
#: The entry's property that holds a facet's values.
_FACET_FIELDS = dict(
    zip(FACETS, ("state", "kind", "lang", "regions", "substances", "role"), strict=True)
)
_KAZAKH = {
    f"kazakh_{number:02}": {"type": "pattern_replace", "pattern": pattern, "replacement": into}
    for number, (pattern, into) in enumerate(kazakh.RULES)
}


def index_body(generation: str) -> Body:
    """Settings and mapping of a new index.

    The stemmers are Snowball's Russian and English (``porter2``), as in the embedded engine; the
    Kazakh analyzer is ``index.kazakh``'s rules as token filters.
    """
    analyzers = {
        "plain": [],
        "stem": ["stem_russian", "stem_english"],
        "kazakh": [*_KAZAKH],
    }
    words = {"type": "text", "analyzer": "plain"}
    forms = {
        "stem": {"type": "text", "analyzer": "stem"},
        "kk": {"type": "text", "analyzer": "kazakh"},
    }
    kept = {"type": "text", "index": False}
    keyword = {"type": "keyword", "ignore_above": 1000}
    return {
        "settings": {
            "analysis": {
                "filter": {
                    "stem_russian": {"type": "stemmer", "language": "russian"},
                    "stem_english": {"type": "stemmer", "language": "porter2"},
                    **_KAZAKH,
                },
                "analyzer": {
                    name: {"type": "custom", "tokenizer": "whitespace", "filter": filters}
                    for name, filters in analyzers.items()
                },
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"version": VERSION, "generation": generation},
            "properties": {
                "id": keyword,
                "case_id": {"type": "long"},
                "date": {"type": "date"},
                "score": {"type": "float"},
                **dict.fromkeys(_FACET_FIELDS.values(), keyword),
                **dict.fromkeys(("target", "url", "title", "text"), kept),
                "words": {
                    "properties": {
                        "text": {**words, "fields": forms},
                        "title": {**words, "fields": forms},
                        "place": words,
                    }
                },
            },
        },
    }


def document(entry: Entry) -> Body:
    """An entry, cleaned before, as Elasticsearch keeps it."""
    return {
        **to_source(entry),
        "words": {
            "text": folded(entry.text),
            "title": folded(entry.title),
            "place": folded(f"{entry.target}\n{entry.url}"),
        },
    }


def put_lines(entry: Entry) -> bytes:
    """The two lines of a bulk request that add or replace an entry."""
    return _line({"index": {"_id": entry.id}}) + _line(document(entry))


def delete_line(entry_id: str) -> bytes:
    """The line of a bulk request that removes an entry."""
    return _line({"delete": {"_id": entry_id}})


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def batches(lines: Iterable[bytes], most_bytes: int, most: int) -> Iterator[list[bytes]]:
    """``lines`` in order, in lists that a bulk request can carry; one line may be larger alone."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (size + len(line) > most_bytes or len(batch) == most):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def search_body(query: Query) -> Body:
    """A search request. Raises InputError when the query cannot be understood."""
    node = parse(query.text)
    newest_first = [{"date": "desc"}, {"id": "asc"}]
    return {
        "query": _asked(node, query),
        "from": query.offset,
        "size": query.limit,
        "track_total_hits": True,
        "sort": newest_first if node == EVERYTHING else [{"_score": "desc"}, {"id": "asc"}],
        "_source": {"excludes": ["words"]},
        "aggs": {
            name: {"terms": {"field": field, "size": _FACET_VALUES}}
            for name, field in _FACET_FIELDS.items()
        },
    }


def matches_body(query: Query) -> Body:
    """A request for the cases of all matches, in no order. Raises InputError when the query cannot
    be understood."""
    return {
        "query": _asked(parse(query.text), query),
        "size": MAX_WINDOW,
        "track_total_hits": True,
        "sort": ["_doc"],
        "_source": ["case_id"],
    }


def _asked(node: Node, query: Query) -> Body:
    clauses: Body = {"must": [_node(node)], "filter": _filters(query.filters)}
    if query.hidden:
        clauses["must_not"] = [{"terms": {"case_id": sorted(query.hidden)}}]
    return {"bool": clauses}


def _node(node: Node) -> Body:
    match node:
        case queries.Words(words):
            return _words(" ".join(words), latin_twin(words[0]) if len(words) == 1 else "")
        case queries.Prefix(start):
            return _best(
                {"prefix": {_field(one.field): {"value": start, "boost": one.boost}}}
                for one in PLAIN_FIELDS
            )
        case queries.Any(parts):
            return {"bool": {"should": [*map(_node, parts)], "minimum_should_match": 1}}
        case queries.All(parts, unwanted):
            return {
                "bool": {
                    "must": [*map(_node, parts)] or [{"match_all": {}}],
                    "must_not": [*map(_node, unwanted)],
                }
            }


def _words(text: str, twin: str) -> Body:
    return _best(
        {"match_phrase": {_field(one.field): {"query": wanted, "boost": one.boost}}}
        for wanted in (text, twin)
        if wanted
        for one in SEARCHED
    )


def _best(alternatives: Iterable[Body]) -> Body:
    return {"dis_max": {"queries": [*alternatives], "tie_breaker": 0.1}}


def _field(name: str) -> str:
    base, _, form = name.partition("_")
    return f"words.{base}.{form}" if form else f"words.{base}"


def _filters(filters: Filters) -> list[Body]:
    clauses: list[Body] = [
        {"terms": {_FACET_FIELDS[name]: [*values]}} for name, values in filters.lists().items()
    ]
    moments = {
        name: moment.isoformat()
        for name, moment in (("gte", filters.since), ("lt", filters.until))
        if moment is not None
    }
    return [*clauses, {"range": {"date": moments}}] if moments else clauses
