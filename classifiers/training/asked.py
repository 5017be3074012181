"""What is asked of a model, beside what its card says it reached. Reads the card alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_RECALL, _INNOCENT = 0.80, 0.002
_KAZAKH_ROWS, _KAZAKH_OF_EACH = 300, 150
# Fewer selling rows than this give no average precision that could be asked for.
_TWO_CLASSES_FROM = 10
_MENUS = {
    "the bot texts, first file": "ru_drugshop_bot_texts",
    "the bot texts, second file": "ru_shopbot_texts_more",
    "issue ads": "dev:github_issue_drug_ads",
    "all of these": "bots and issue ads against the pool",
}
_ONE_CLASS = ("kazakh_news_reviews", "telegram_news_ru", "ru_medical_texts",
              "tripsit_harm_reduction", "leafly_cannabis_strains")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One figure asked for: ``limit`` is the least asked for, or the most when ``at_most``;
    ``reached`` is None when it was not measured. ``interval`` is at 95 %, ``plain`` the plain
    baseline's. ``percent`` says how figures are written."""

    name: str
    limit: float
    reached: float | None
    at_most: bool = False
    interval: tuple[float, float] | None = None
    plain: float | None = None
    percent: bool = False
    rows: int | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is reached; None when it was not measured."""
        if self.reached is None:
            return None
        return self.reached <= self.limit if self.at_most else self.reached >= self.limit


def asked_of(card: Json) -> list[Asked]:
    """Every figure asked for, in the order of the request. Figures of the pack come from
    ``left_out``, ``calibration`` and ``passing``, those of the project's texts from ``corpus``."""
    corpus = card.get("corpus", {})
    return [
        *_ranking(card.get("left_out", {})),
        *_chat(card.get("left_out", {})),
        *_one_class(card.get("left_out", {})),
        _kazakh(corpus.get("figures", {})),
        *_disguise(corpus.get("obfuscation", {}).get("under", {})),
        _substances(card.get("substances", {})),
        *_calibration(card.get("calibration", {})),
        *_passing(card.get("passing", {})),
    ]


def _ranking(left_out: Json) -> Iterator[Asked]:
    for name, one in left_out.items():
        plain, few = one["baseline_average_precision"], _selling(one) < _TWO_CLASSES_FROM
        if plain is None or few or ":" in name or " " in name or _innocent(one) < _TWO_CLASSES_FROM:
            continue
        yield _precision(f"average precision, {name} left out", (1 + plain) / 2, one)
    vendors = left_out.get("dev:agora2014")
    yield _precision("average precision, Agora with other vendors", 0.99, vendors)


def _chat(left_out: Json) -> Iterator[Asked]:
    for what, name in _MENUS.items():
        yield _share(f"recall, {what}", _RECALL, left_out.get(name), "recall")
    yield _share("false positives, untrained chat pool", _INNOCENT, left_out.get("chat pool"),
                 "false_positives", at_most=True)  # fmt: skip


def _one_class(left_out: Json) -> Iterator[Asked]:
    for name in _ONE_CLASS:
        yield _share(f"false positives, {name} left out", _INNOCENT, left_out.get(name),
                     "false_positives", at_most=True)  # fmt: skip


def _kazakh(figures: Json) -> Asked:
    one = figures.get("kk and mixed")
    name = "average precision, Kazakh and mixed texts of the project"
    enough = one is not None and (
        _selling(one) >= _KAZAKH_OF_EACH
        and _innocent(one) >= _KAZAKH_OF_EACH
        and _selling(one) + _innocent(one) >= _KAZAKH_ROWS
    )
    return _precision(name, 0.95, one if enough else None)


def _disguise(under: Json) -> Iterator[Asked]:
    for name in [*(one for one in under if not one.startswith("all ")), "all together"]:
        one = under.get(name)
        limit = 0.08 if name == "all together" else 0.03
        title = f"recall lost, {name.replace('_', ' ')}"
        yield Asked(
            title, limit, one and one["lost"], at_most=True, percent=True,
            interval=_bounds(one and one["lost_ci95"]),
            rows=one and one["recall"]["count"],
        )  # fmt: skip


def _substances(one: Json) -> Asked:
    accuracy, plain = one.get("accuracy"), one.get("baseline_accuracy")
    return Asked(
        "accuracy of the drug's group, Agora with other vendors", 0.90,
        accuracy and accuracy["share"], percent=True,
        interval=_bounds(accuracy and accuracy["wilson95"]),
        plain=plain and plain["share"], rows=accuracy and accuracy["count"],
    )  # fmt: skip


def _calibration(by_lang: Json) -> Iterator[Asked]:
    for lang in ("ru", "en"):
        one = by_lang.get(lang)
        yield Asked(
            f"expected calibration error, {lang} left out", 0.03, one and one["error"],
            at_most=True, interval=_bounds(one and one["error_ci95"]), rows=one and one["rows"],
        )  # fmt: skip


def _passing(by_source: Json) -> Iterator[Asked]:
    one = by_source.get("all")
    if by_source:
        yield _share("passed on of what the second stage calls selling, left out", 0.99, one,
                     "called_selling_passed_on")  # fmt: skip


def _precision(name: str, limit: float, one: Json | None) -> Asked:
    if one is None:
        return Asked(name, limit, None)
    return Asked(
        name, limit, one["average_precision"],
        interval=_bounds(one.get("average_precision_ci95")),
        plain=one["baseline_average_precision"], rows=_selling(one) + _innocent(one),
    )  # fmt: skip


def _share(
    name: str, limit: float, one: Json | None, key: str, *, at_most: bool = False
) -> Asked:  # fmt: skip
    found: Json = one[key] if one else {}
    plain: Json = (one or {}).get(f"baseline_{key}") or {}
    return Asked(
        name, limit, found.get("share"), at_most=at_most, percent=True,
        interval=_bounds(found.get("wilson95")), plain=plain.get("share"), rows=found.get("count"),
    )  # fmt: skip


def _bounds(pair: Any) -> tuple[float, float] | None:
    return (float(pair[0]), float(pair[1])) if pair else None


def _selling(one: Json) -> int:
    return int(one["recall"]["count"])


def _innocent(one: Json) -> int:
    return int(one["false_positives"]["count"])
