"""A query as tantivy objects, built from terms: no text of a query ever meets tantivy's parser."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import tantivy
from tantivy import FieldType, Occur

from index import queries
from index.engine import Filters, bounded
from index.queries import Node
from index.terms import PLAIN_FIELDS, SEARCHED, Forms, wanted


def compiled(
    schema: tantivy.Schema, node: Node, filters: Filters, hidden: Collection[int] = ()
) -> tantivy.Query:
    """What matches ``node``, passes ``filters`` and is of no case in ``hidden``; neither of them
    changes the order."""
    query = _node(schema, node)
    conditions = [*_filters(schema, filters)]
    clauses = [(Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in conditions]
    if hidden:
        cases = tantivy.Query.term_set_query(schema, "case", [*map(str, hidden)])
        clauses.append((Occur.MustNot, cases))
    return tantivy.Query.boolean_query([(Occur.Must, query), *clauses]) if clauses else query


def _node(schema: tantivy.Schema, node: Node) -> tantivy.Query:
    match node:
        case queries.Words(words):
            return _words(schema, words)
        case queries.Prefix(start):
            return _prefix(schema, start)
        case queries.Any(parts):
            return tantivy.Query.boolean_query([(Occur.Should, _node(schema, p)) for p in parts])
        case queries.All(parts, unwanted):
            clauses = [(Occur.Must, _node(schema, part)) for part in parts]
            clauses = clauses or [(Occur.Must, tantivy.Query.all_query())]
            clauses += [(Occur.MustNot, _node(schema, part)) for part in unwanted]
            return tantivy.Query.boolean_query(clauses)


def _words(schema: tantivy.Schema, words: Sequence[str]) -> tantivy.Query:
    forms = [[*wanted(word)] for word in words]
    found = []
    for searched in SEARCHED:
        alternatives = [_distinct(one, searched.form) for one in forms]
        query = (
            _any_term(schema, searched.field, alternatives[0])
            if len(alternatives) == 1
            # A look-alike inside a phrase is not searched for: phrases take one term a place.
            else tantivy.Query.phrase_query(
                schema, searched.field, [terms[0] for terms in alternatives]
            )
        )
        found.append(tantivy.Query.boost_query(query, searched.boost))
    return tantivy.Query.disjunction_max_query(found, 0.1)


def _distinct(forms: Iterable[Forms], form: str) -> list[str]:
    return [*dict.fromkeys(str(getattr(one, form)) for one in forms)]


def _any_term(schema: tantivy.Schema, field: str, terms: Sequence[str]) -> tantivy.Query:
    queries_ = [tantivy.Query.term_query(schema, field, term) for term in terms]
    return queries_[0] if len(queries_) == 1 else tantivy.Query.disjunction_max_query(queries_)


def _prefix(schema: tantivy.Schema, start: str) -> tantivy.Query:
    # A folded word holds letters and digits alone, so nothing in it means anything to a regex.
    return tantivy.Query.disjunction_max_query(
        [
            tantivy.Query.boost_query(
                tantivy.Query.regex_query(schema, searched.field, f"{start}.*"), searched.boost
            )
            for searched in PLAIN_FIELDS
        ]
    )


def _filters(schema: tantivy.Schema, filters: Filters) -> Iterable[tantivy.Query]:
    for field, values in filters.lists().items():
        yield tantivy.Query.term_set_query(schema, field, [*values])
    if filters.since or filters.until:
        yield tantivy.Query.range_query(
            schema,
            "date",
            FieldType.Date,
            bounded(filters.since) if filters.since else None,
            bounded(filters.until) if filters.until else None,
            include_upper=filters.until is None,
        )
