"""The figures of a model's card as the tables of ``docs/model-card.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from classifiers.store import version_of

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def card_tables(card: Mapping[str, Any]) -> str:
    """Markdown: what the model is, its figures by source, and what it was trained on."""
    lines = [
        f"Model `{version_of(card)}`, {card['date']}, seed {card['seed']}, "
        f"threshold {card['threshold']:.4f}. Lexicon `{card['lexicon'][:12]}`.",
        "",
        f"Threshold: {card['threshold_rule']}. Probabilities are stated for a mix of which "
        f"{card['prior']:.0%} sells.",
        "",
        *_figures(card["left_out"]),
        "",
        *(_drug_types(card["substances"]) if "substances" in card else ()),
        *_sources(card),
    ]
    return "\n".join(lines)


def embedded(document: str, tables: str) -> str:
    """``document`` with ``tables`` between its markers; raises ValueError when they are missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def _figures(left_out: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| left out | AP | plain AP | recall | false positives |"
    yield "| --- | ---: | ---: | --- | --- |"
    for name, one in left_out.items():
        cells = (
            name,
            _plain(one["average_precision"]),
            _plain(one["baseline_average_precision"]),
            _rate(one["recall"]),
            _rate(one["false_positives"]),
        )
        yield f"| {' | '.join(cells)} |"


def _drug_types(found: Mapping[str, Any]) -> Iterator[str]:
    groups, trained, generated = len(found["groups"]), found["trained"], found["generated"]
    named = (
        "accuracy", "baseline_accuracy", "accuracy_unnamed", "accuracy_unnamed_where_sure"
    )  # fmt: skip
    head, plain, unnamed, sure = (_rate(found[name]) for name in named)
    yield (
        f"Drug type over {groups} groups, Agora vendor-disjoint: right in {head}; TF-IDF + "
        f"logistic regression {plain}. Of offers without a plain name {unnamed}, where the head is "
        f"sure {sure}. Trained on {trained} listings and {generated} generated offers."
    )
    yield ""


def _sources(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"Generated rows: {card['generated_rows']}. Files of the pack:"
    yield ""
    yield "| file | rows | trained on | left out by reason | licence as stated | SHA-256 |"
    yield "| --- | ---: | ---: | --- | --- | --- |"
    for one in card["sources"]:
        dropped = ", ".join(f"{reason} {count}" for reason, count in one["dropped"].items())
        licences = "; ".join(one["licences"]).replace("|", "/")
        yield (
            f"| {one['part']}/{one['name']} | {one['rows']} | {one['trained']} | {dropped} "
            f"| {licences} | `{one['sha256'][:12]}` |"
        )


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _rate(rate: Mapping[str, Any]) -> str:
    if rate["share"] is None:
        return ""
    low, high = rate["wilson95"]
    return f"{rate['share']:.2%} [{low:.2%}, {high:.2%}] of {rate['count']}"
