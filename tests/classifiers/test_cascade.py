"""The shipped model on short texts of our own, and the cascade around any stage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from classifiers.cascade import Band, Cascade
from classifiers.linear import Contribution
from classifiers.prepared import Prepared
from classifiers.stage import Judgement
from domain.assessment import Label, Role
from domain.lexicon import Lexicon

OFFER = (
    "Мефедрон кристалл 1 г — 14 000 тг, 2 г — 26 000 тг. Закладки в Алматы и Астане, магнит, "
    "прикоп. Оплата криптой, адрес сразу. Пиши оператору @primer_magazin_bot"
)
OFFER_KK = (
    "Мефедрон бар, 1 г — 14000 тг, 2 г — 26000 тг. Алматыда және Шымкентте закладкалар дайын, "
    "магнит. Тапсырыс @primer_duken_bot"
)
OFFER_EN = (
    "Cocaine 1g $90, MDMA crystals 1g $35, LSD blotters 10 pcs $60. Stealth shipping worldwide, "
    "pay with Monero, escrow accepted. Order on Telegram @primer_vendor"
)
JOB = "Требуются кладмены, оплата за каждый адрес 3000 тг, обучение, залог. Писать @primer_rabota"
INNOCENT = {
    "arrest": "Полицейские задержали в Караганде закладчика с 300 граммами мефедрона. Возбуждено "
    "уголовное дело, суд санкционировал арест.",
    "pharmacy": "Аптека. Трамадол 50 мг №10 — 1 450 тг, отпускается по рецепту врача. Прегабалин "
    "75 мг — 4 300 тг, по рецепту. Лицензия на фармацевтическую деятельность.",
    "garden": "Рассада томатов 300 тг, семена газонной травы 1 кг 2 500 тг, саженцы, удобрения.",
    "bath": "Соль для ванн с лавандой 500 г — 1 900 тг. Крупные кристаллы, доставка по городу.",
    "courier": "Курьер по доставке еды, официальное трудоустройство, форма и термосумка.",
    "weather": "Завтра в Астане снег и гололёд, водителей просят быть внимательнее.",
    "kazakh news": "Шымкентте полицейлер есірткі сатқан күдіктіні ұстады, 300 грамм мефедрон "
    "тәркіленді, қылмыстық іс қозғалды.",
    "harm": "If someone overdoses on heroin, call an ambulance and give naloxone. Do not mix "
    "with alcohol or benzodiazepines.",
    "empty": "",
}


@pytest.mark.parametrize("text", [OFFER, OFFER_KK, OFFER_EN, JOB])
def test_a_plain_offer_is_a_sale(cascade: Cascade, text: str) -> None:
    found = cascade.assess(text)
    assert found.label is Label.DRUG_SALE
    assert found.probability >= cascade.threshold


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_a_neighbour_is_no_sale(cascade: Cascade, text: str) -> None:
    found = cascade.assess(text)
    assert found.label is not Label.DRUG_SALE
    assert found.probability < cascade.threshold


def test_an_offer_says_what_where_and_how_much(cascade: Cascade) -> None:
    found = cascade.assess(OFFER)
    assert found.substances == ("cathinones",)
    assert set(found.regions) == {"KZ-75", "KZ-71"}
    assert [(p.amount, p.currency, p.unit) for p in found.prices] == [
        (14000, "KZT", "1 g"),
        (26000, "KZT", "2 g"),
    ]
    assert [(i.kind, i.value) for i in found.indicators] == [("telegram", "primer_magazin_bot")]
    assert found.lang == "ru"
    assert found.model == cascade.version
    assert found.stage == "transformer"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (JOB, Role.COURIER_RECRUITMENT),
        (INNOCENT["arrest"], Role.NEWS),
        (INNOCENT["harm"], Role.HARM_REDUCTION),
        (INNOCENT["weather"], Role.OTHER),
    ],
)
def test_the_role_is_named(cascade: Cascade, text: str, role: Role) -> None:
    assert cascade.assess(text).role is role


@pytest.mark.parametrize(
    ("text", "lang"), [(OFFER, "ru"), (OFFER_KK, "kk"), (OFFER_EN, "en"), ("123", "")]
)
def test_the_language_is_told_by_letters(cascade: Cascade, text: str, lang: str) -> None:
    assert cascade.assess(text).lang == lang


def test_a_language_that_is_given_is_believed(cascade: Cascade) -> None:
    assert cascade.assess(OFFER, lang="kk").lang == "kk"


def test_spans_lie_in_the_original_and_point_at_the_goods(cascade: Cascade) -> None:
    disguised = OFFER.replace("Мефедрон", "М\u200bеф3дрo\u200bн").replace("Закладки", "3акладки")
    found = cascade.assess(disguised)
    shown = {disguised[s.start : s.end]: s for s in found.spans}
    assert found.label is Label.DRUG_SALE
    assert shown["М\u200bеф3дрo\u200bн кристалл"].kind == "substance"
    assert shown["3акладки"].kind == "logistics"
    assert all(0 <= s.start < s.end <= len(disguised) for s in found.spans)
    assert all(a.end <= b.start for a, b in pairwise(found.spans))


def test_a_title_counts_and_spans_stay_those_of_the_text(cascade: Cascade) -> None:
    text = "Цена 14 000 тг за 1 г, закладка в районе вокзала, пиши @primer_bot"
    alone = cascade.assess(text)
    titled = cascade.assess(text, title="Мефедрон в Алматы")
    assert titled.probability > alone.probability
    assert titled.substances == ("cathinones",)
    assert all(0 <= s.start < s.end <= len(text) for s in titled.spans)
    assert "закладка" in {text[s.start : s.end] for s in titled.spans}


def test_one_selling_paragraph_in_a_long_page_stays_visible(cascade: Cascade) -> None:
    filler = (
        "Фестиваль уличной еды прошёл в выходные. Гости пробовали плов, бешбармак и самсу. "
        "Организаторы обещают повторить праздник осенью, когда спадёт жара. "
    )
    page = filler * 60
    buried = page + OFFER + page
    assert len(buried) > 18_000
    assert cascade.assess(page + page).label is not Label.DRUG_SALE
    assert cascade.assess(buried).label is Label.DRUG_SALE


def test_many_come_out_in_order(cascade: Cascade) -> None:
    pairs = [(OFFER, ""), ("чай", ""), (JOB, "Работа")]
    labels = [one.label for one in cascade.assess_many(iter(pairs))]
    assert labels == [Label.DRUG_SALE, Label.OTHER, Label.DRUG_SALE]


def test_scoring_twice_gives_the_same(cascade: Cascade) -> None:
    assert cascade.assess(OFFER) == cascade.assess(OFFER)


def test_a_restricted_word_is_flagged_whatever_the_score(cascade: Cascade) -> None:
    assert not cascade.assess(OFFER).restricted
    assert cascade.assess("сайт предлагает детское порно").restricted


@dataclass(frozen=True)
class FixedStage:
    """A stage that always says the same."""

    name: str
    selling: float

    def judge(self, prepared: Prepared, earlier: Judgement | None = None) -> Judgement:
        why = (Contribution(0, 3, "ngram", self.selling, ""),)
        return Judgement(self.selling, 0.0, why)

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        return self.selling, 0.0


@pytest.mark.parametrize(("first", "decided_by"), [(-5.0, "fast"), (0.0, "slow"), (5.0, "fast")])
def test_only_what_lies_in_the_band_goes_on(
    lexicon: Lexicon, first: float, decided_by: str
) -> None:
    slow = (Band(0.1, 0.9), FixedStage("slow", 9.0))
    two = Cascade(FixedStage("fast", first), lexicon, threshold=0.9, version="test", further=[slow])
    assert two.assess("чай").stage == decided_by
