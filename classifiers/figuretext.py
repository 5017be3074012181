"""Measured figures as Markdown that is also readable as it stands. Reads a card's JSON alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from classifiers.training.asked import Asked

Json = Mapping[str, Any]
_WIDTH = 40


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> Iterator[str]:
    """A Markdown table with columns of even width, the first ``left`` of them flush left; columns
    without a value are left out."""
    body = [*map(tuple, rows)]
    kept = [at for at in range(len(head)) if at < left or any(row[at] for row in body)]
    cells = [tuple(row[at] for at in kept) for row in (tuple(head), *body)]
    widths = [max(3, *(len(row[at]) for row in cells)) for at in range(len(kept))]
    for line, row in enumerate(cells):
        padded = [
            one.ljust(width) if at < left else one.rjust(width)
            for at, (one, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"| {' | '.join(padded)} |"
        if line == 0:
            rules = [
                "-" * width if at < left else "-" * (width - 1) + ":"
                for at, width in enumerate(widths)
            ]
            yield f"| {' | '.join(rules)} |"


def figures(by_name: Mapping[str, Json], first: str) -> Iterator[str]:
    """Average precision, recall and false positives, each beside the plain baseline's."""
    head = (first, "AP", "plain AP", "recall", "plain", "false positives", "plain")
    yield from table(
        head,
        (
            (
                name,
                precision(one),
                number(one["baseline_average_precision"]),
                rate(one["recall"]),
                share(one.get("baseline_recall")),
                rate(one["false_positives"]),
                share(one.get("baseline_false_positives")),
            )
            for name, one in by_name.items()
        ),
    )


def asked(rows: Sequence[Asked]) -> Iterator[str]:
    """What was asked for, what was reached, and whether that is enough."""
    yield from table(
        ("asked for", "", "reached", "95 %", "plain", "rows", "met"),
        (
            (
                one.name,
                f"{'≤' if one.at_most else '≥'} {_value(one.limit, one.percent)}",
                "not measured" if one.reached is None else _value(one.reached, one.percent),
                _bounds(one.interval, one.percent),
                "" if one.plain is None else _value(one.plain, one.percent),
                "" if one.rows is None else str(one.rows),
                {True: "yes", False: "no", None: ""}[one.met],
            )
            for one in rows
        ),
    )


def calibration(by_name: Mapping[str, Json], first: str) -> Iterator[str]:
    """Expected calibration error by group, then a diagram of the bins of each."""
    yield from table(
        (first, "error", "95 %", "largest gap", "rows", "selling", "rows as they are"),
        (
            (
                name, number(one["error"]), _bounds(one["error_ci95"]),
                number(one["largest_gap"]), str(one["rows"]), str(one["selling"]),
                number(one["error_of_rows_as_they_are"]),
            )
            for name, one in by_name.items()
        ),
    )  # fmt: skip
    yield ""
    yield "```text"
    head = f"{'said':<10} {'mean':>6} {'came true':>9} {'weight':>7} {'rows':>6}"
    yield f"{head}  from 0 to 1: | said, * came true"
    for name, one in by_name.items():
        yield name
        yield from map(_bin, one["bins"])
    yield "```"


def _bin(one: Json) -> str:
    line = ["."] * (_WIDTH + 1)
    line[round(one["said"] * _WIDTH)] = "|"
    line[round(one["came_true"] * _WIDTH)] = "*"
    return (
        f"{one['low']:.1f} - {one['high']:.1f}  {one['said']:>6.3f} {one['came_true']:>9.3f} "
        f"{one['weight']:>7.1%} {one['rows']:>6}  {''.join(line)}"
    )


def obfuscation(found: Json) -> Iterator[str]:
    """Recall under each kind of disguise, and points lost against plain spelling."""
    yield f"Written plainly, {rate(found['plain'])} selling texts are found."
    yield ""
    langs = list(next(iter(found["under"].values()))["by_language"])
    yield from table(
        ("disguise", "recall", "points lost", "95 %", *(f"lost, {lang}" for lang in langs)),
        (
            (
                name, share(one["recall"]), _points(one["lost"]),
                " ".join(map(_points, one["lost_ci95"])),
                *(_points(one["by_language"][lang]["lost"]) for lang in langs),
            )
            for name, one in found["under"].items()
        ),
    )  # fmt: skip


def passing(by_name: Mapping[str, Json], first: str) -> Iterator[str]:
    """What the first stage passes on: of innocent texts, and of those the second calls selling; of
    sources also the innocent ones that both call selling by what was chosen without them."""
    columns = {
        "innocent_passed_on": "innocent texts passed on",
        "called_selling_passed_on": "passed on of what the second stage calls selling",
        "innocent_called_selling": "innocent, called selling",
    }
    there = [name for name in columns if all(name in one for one in by_name.values())]
    yield from table(
        (first, *(columns[name] for name in there)),
        ((source, *(rate(one[name]) for name in there)) for source, one in by_name.items()),
    )


def roles(found: Json) -> Iterator[str]:
    """How often the role is right, and which is taken for which."""
    yield (
        f"The role is right in {rate(found['accuracy'])}; mean over roles "
        f"{number(found['mean_recall'])}."
    )
    yield ""
    by_stated: Mapping[str, Mapping[str, int]] = found["confusion"]
    columns = list(dict.fromkeys([*by_stated, *(c for one in by_stated.values() for c in one)]))
    yield from table(
        ("stated \\ found", *columns),
        ((name, *(str(one.get(c, "")) for c in columns)) for name, one in by_stated.items()),
    )


def _points(lost: float) -> str:
    return f"{100 * lost:.1f}"


def number(value: float | None) -> str:
    """Three digits after the point; nothing for None."""
    return "" if value is None else f"{value:.3f}"


def share(one: Json | None) -> str:
    """A counted share in per cent, without its interval."""
    return "" if not one or one["share"] is None else f"{one['share']:.2%}"


def rate(one: Json) -> str:
    """A counted share in per cent with its interval; nothing of nothing."""
    if one["share"] is None:
        return ""
    low, high = one["wilson95"]
    return f"{one['share']:.2%} [{low:.2%}, {high:.2%}] of {one['count']}"


def precision(one: Json) -> str:
    """Average precision with its interval."""
    bounds = _bounds(one.get("average_precision_ci95"))
    return f"{number(one['average_precision'])} {bounds}".strip()


def _bounds(pair: Sequence[float] | None, percent: bool = False) -> str:
    return "" if not pair else f"[{_value(pair[0], percent)}, {_value(pair[1], percent)}]"


def _value(value: float, percent: bool) -> str:
    return f"{value:.2%}" if percent else f"{value:.3f}"
