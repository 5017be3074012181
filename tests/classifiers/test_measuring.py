"""What is measured beside ranking: disguise, roles, stages, and what was asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")
from hypothesis import given
from hypothesis import strategies as st

from classifiers.augment.disguise import KINDS
from classifiers.cascade import Band, Cascade
from classifiers.normalise import normalise
from classifiers.prepared import Prepared
from classifiers.rates import Rate
from classifiers.rows import Row
from classifiers.stage import Judgement
from classifiers.training.asked import asked_of
from classifiers.training.measuring import Measurer
from classifiers.training.obfuscation import BUT_LATIN, TOGETHER, Loss, disguises, losses
from classifiers.training.role_figures import role_figures
from domain.assessment import Label, Role
from domain.lexicon import Lexicon

TEXTS = [f"продам гашиш по {n} грамму, закладки по городу, пишите оператору" for n in range(20)]


def test_every_kind_is_measured_and_only_what_it_hides_is_lost() -> None:
    found = {
        one.disguise: one
        for one in losses(TEXTS, lambda t: "гашиш" in t, seed=1, plain=[True] * 20)
    }
    assert set(found) == {*KINDS, TOGETHER, BUT_LATIN}
    assert found["transliterated"].lost == 1
    assert 0 < found["lookalikes"].lost <= 1
    undone = losses(TEXTS, lambda t: "гашиш" in normalise(t).text, seed=1, plain=[True] * 20)
    assert {one.disguise: one.lost for one in undone}["lookalikes"] == 0


def test_disguise_is_the_same_for_the_same_seed_and_changes_most_texts() -> None:
    for name, changed in disguises().items():
        once, again = ([changed(t, random.Random(t)) for t in TEXTS] for _ in range(2))
        assert once == again
        assert sum(new != old for new, old in zip(once, TEXTS, strict=True)) > 10, name


@given(st.integers(1, 200), st.data())
def test_the_interval_of_a_loss_holds_it(count: int, data: st.DataObject) -> None:
    missed = data.draw(st.integers(0, count))
    gained = data.draw(st.integers(0, count - missed))
    one = Loss("x", Rate(count - gained, count), Rate(count - missed, count), missed, gained)
    low, high = one.interval
    assert -1 <= low <= high <= 1
    assert low <= one.lost * count / (count + 2) <= high


def test_nothing_to_disguise_is_refused() -> None:
    with pytest.raises(ValueError, match="no selling texts"):
        list(losses([], lambda text: True, seed=1, plain=[]))


def test_roles_are_counted_by_what_was_stated() -> None:
    found = role_figures(
        [(Role.SHOP, Role.SHOP)] * 3 + [(Role.SHOP, Role.LISTING), (Role.NEWS, Role.OTHER)]
    )
    assert found["accuracy"]["share"] == 0.6
    assert found["mean_recall"] == 0.375
    assert found["confusion"] == {"shop": {"shop": 3, "listing": 1}, "news": {"other": 1}}


@dataclass
class Words:
    """A stage that knows one word: log-odds 3 with it, -3 without."""

    name: str
    word: str

    def judge(self, prepared: Prepared, earlier: Judgement | None = None) -> Judgement:
        del earlier
        return Judgement(3.0 if self.word in prepared.original else -3.0, -1.0, ())

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        return self.judge(prepared).selling, -1.0


def measured(rows: list[Row], *further: tuple[Band, Words]) -> dict[str, Any]:
    lexicon = Lexicon.parse({"a.toml": '[a]\nkind = "trade"\nen = "tea"'})
    cascade = Cascade(Words("first", "one"), lexicon, threshold=0.5, version="v", further=further)
    return Measurer(cascade, lambda line: None).unseen(rows)


def test_what_the_first_stage_keeps_back_of_the_second_is_counted() -> None:
    rows = [
        Row("one two", Label.DRUG_SALE, "en", "s"),
        Row("two only", Label.DRUG_SALE, "en", "s"),
        Row("one only", Label.OTHER, "en", "s"),
        Row("neither", Label.OTHER, "en", "s"),
    ]
    found = measured(rows, (Band(0.5, 1.0), Words("second", "two")))["passing"]["all"]
    assert (found["innocent_passed_on"]["hits"], found["innocent_passed_on"]["count"]) == (1, 2)
    called = found["called_selling_passed_on"]
    assert (called["hits"], called["count"]) == (1, 2)
    assert "passing" not in measured(rows)


def test_calibration_of_texts_is_for_the_stated_mix_and_as_they_are() -> None:
    rows = [Row("one", Label.DRUG_SALE, "kk", "s"), Row("no", Label.OTHER, "kk", "s")] * 30
    found = measured(rows)["calibration"]["kk"]
    # Log-odds of 3 and -3 where all is right: off by sigmoid(-3) everywhere, whatever the mix.
    assert found["error"] == pytest.approx(0.0474, abs=1e-4)
    assert found["error_of_rows_as_they_are"] == pytest.approx(0.0474, abs=1e-4)


def figure(recall: Rate, wrong: Rate, ranked: float | None = None) -> dict[str, Any]:
    return {
        "recall": recall.as_json(),
        "false_positives": wrong.as_json(),
        "average_precision": ranked,
        "baseline_average_precision": ranked and 0.5,
    }


def test_what_is_asked_is_met_missed_or_not_measured() -> None:
    card = {
        "left_out": {
            "agora2014": figure(Rate(50, 100), Rate(0, 100), 0.76),
            "staticman_popcorn_spam": figure(Rate(50, 100), Rate(0, 100), 0.74),
            "moderation_examples": figure(Rate(2, 9), Rate(0, 90), 0.1),
            "chat pool": figure(Rate(0, 0), Rate(2, 1000)),
            "kazakh_news_reviews": figure(Rate(0, 0), Rate(3, 1000)),
            "bots and issue ads against the pool": figure(Rate(8, 10), Rate(0, 10)),
        },
        "calibration": {"ru": {"error": 0.02, "error_ci95": [0.01, 0.03], "rows": 500}},
        "corpus": {
            "figures": {"kk and mixed": figure(Rate(9, 200), Rate(9, 149), 0.99)},
            "obfuscation": {
                "under": {
                    name: {"lost": 0.05, "lost_ci95": [0.0, 0.1], "recall": Rate(1, 2).as_json()}
                    for name in ("digits", TOGETHER, BUT_LATIN)
                }
            },
        },
    }
    met = {one.name: one.met for one in asked_of(card)}
    # Halfway from the baseline's 0.5 to 1 is 0.75.
    assert met["average precision, agora2014 left out"] is True
    assert met["average precision, staticman_popcorn_spam left out"] is False
    assert not any("moderation_examples" in name for name in met)
    assert met["average precision, Agora with other vendors"] is None
    assert met["recall, all of these"] is True
    assert met["recall, issue ads"] is None
    assert met["false positives, untrained chat pool"] is True
    assert met["false positives, kazakh_news_reviews left out"] is False
    # Too few innocent texts to speak for the language.
    assert met["average precision, Kazakh and mixed texts of the project"] is None
    assert met["recall lost, digits"] is False
    assert met["recall lost, all together"] is True
    assert met["expected calibration error, ru left out"] is True
    assert met["expected calibration error, en left out"] is None
    assert not any("all but" in name for name in met)


def test_an_empty_card_meets_nothing() -> None:
    assert {one.met for one in asked_of({})} == {None}
