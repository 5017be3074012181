"""The figures of a model's card as the tables of ``docs/model-card.md``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from classifiers import figuretext
from classifiers.recording import digests_of
from classifiers.store import version_of
from classifiers.training.asked import asked_of

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

Json = Mapping[str, Any]
_Section = tuple[str, str, Callable[[Any], Iterator[str]]]


def card_tables(card: Json) -> str:
    """Markdown: what the model is, what was asked of it and reached, its figures on left-out rows
    of the pack and on the project's own texts, and what it was trained on."""
    lines = [
        *_head(card),
        "### Asked for and reached",
        "",
        *figuretext.asked(asked_of(card)),
        "",
        "### Left out of training",
        "",
        *figuretext.figures(card["left_out"], "left out"),
        "",
        *_sections(card, _OF_PACK),
        *part_text("On the project's own texts", card.get("corpus", {})),
        *part_text("On rows of the pack that no weight was trained on", card.get("unseen", {})),
        "### Data",
        "",
        *_sources(card),
    ]
    return "\n".join(lines)


def part_text(title: str, part: Json) -> list[str]:
    """All that was measured on one set of texts, as it stands under ``corpus`` in a card."""
    if not part:
        return []
    lines = [f"### {title}", ""]
    if "files" in part:
        named = (f"`{name}` {rows} (`{sha256[:12]}`)" for name, (rows, sha256) in
                 part["files"].items())  # fmt: skip
        lines += [f"Texts by file, SHA-256: {', '.join(named)}.", ""]
    lines += [*figuretext.figures(part["figures"], "texts"), ""]
    return lines + list(_sections(part, _OF_PART))


def embedded(document: str, tables: str) -> str:
    """``document`` with ``tables`` between its markers; raises ValueError when they are missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


_OF_PACK: tuple[_Section, ...] = (
    (
        "calibration",
        "Calibration of left-out rows, each by lines fitted without its source",
        lambda found: figuretext.calibration(found, "left out"),
    ),
    (
        "passing",
        "What the first stage passes on of left-out rows, by a limit chosen without their source",
        lambda found: figuretext.passing(found, "left out"),
    ),
    ("substances", "Groups of drugs on Agora, other vendors", lambda found: _groups(found)),
)
_OF_PART: tuple[_Section, ...] = (
    ("calibration", "Calibration", lambda found: figuretext.calibration(found, "language")),
    ("obfuscation", "Under disguise", figuretext.obfuscation),
    ("passing", "What the first stage passes on", lambda f: figuretext.passing(f, "texts")),
    ("roles", "Roles", figuretext.roles),
)


def _sections(part: Json, sections: tuple[_Section, ...]) -> Iterator[str]:
    for key, title, written in sections:
        if part.get(key):
            yield f"#### {title}"
            yield ""
            yield from written(part[key])
            yield ""


def _head(card: Json) -> Iterator[str]:
    yield (
        f"Model `{version_of(card)}`, {card['date']}, seed {card['seed']}, "
        f"threshold {card['threshold']:.4f}. Lexicon `{card['lexicon'][:12]}`. "
        + " ".join(f"Digest of {name} `{one[:12]}`." for name, one in digests_of(card).items())
    )
    yield ""
    yield (
        f"Threshold: {card['threshold_rule']}. Probabilities are stated for a mix of which "
        f"{card['prior']:.0%} sells."
    )
    yield ""
    if "passed_on" in card:
        low, high = card["passed_on"]
        base = card.get("base") or "an encoder of the project's own"
        yield (
            f"The second stage ({base}) looks at texts to which the first gives {low:.4f} to "
            f"{high:.4f}."
        )
        yield ""


def _groups(found: Json) -> Iterator[str]:
    yield (
        f"Right in {figuretext.rate(found['accuracy'])} over {len(found.get('groups', ()))} "
        f"groups; TF-IDF with logistic regression "
        f"{figuretext.rate(found['baseline_accuracy'])}."
    )


def _sources(card: Json) -> Iterator[str]:
    yield f"Generated rows: {card['generated_rows']}. Files of the pack:"
    yield ""
    yield from figuretext.table(
        ("file", "licence as stated", "left out by reason", "rows", "trained on", "SHA-256"),
        (
            (
                f"{one['part']}/{one['name']}",
                "; ".join(one["licences"]).replace("|", "/"),
                ", ".join(f"{reason} {count}" for reason, count in one["dropped"].items()),
                str(one["rows"]),
                str(one["trained"]),
                f"`{one['sha256'][:12]}`",
            )
            for one in card["sources"]
        ),
        left=3,
    )
