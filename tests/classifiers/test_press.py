"""Journalism that explains the trade is no offer; an offer below an article stays one.

The articles were written apart from the training grammar and share no sentence with it.
"""

from __future__ import annotations

import pytest

from classifiers.cascade import Cascade
from domain.assessment import Label

ARTICLES = {
    "ru interview": """Технологии / Большой разговор
Витрина без продавца: что мы увидели за полгода наблюдений
6 октября 2025, 09:40
Мы попросили исследователя сетевых площадок рассказать, чем живёт подпольная торговля.
— С чего начинается путь покупателя?
— С объявления на фонарном столбе или с комментария под роликом. Там ник бота. Дальше меню:
город, район, граммовка, мефедрон или гашиш, рядом сумма в тенге и в биткоинах.
— Деньги можно вернуть, если в тайнике пусто?
— Формально есть диспут, на деле отвечает тот же владелец. Чаще всего клиенту говорят: «ищи лучше».
— Адреса ведь закрывают?
— Закрывают, и за ночь поднимается следующее зеркало. Владельцы держат домены про запас.
— Кого они берут раскладывать?
— Студентов. Пообещают пять тысяч за точку, отнимут залог и начнут шантажировать.
Совет семьям прост: спрашивайте, откуда у подростка деньги, и не читайте нотаций.
Другие материалы рубрики: Чем опасны поддельные банки. Как выбрать пароль. Цены на жильё
© Редакция, 2025. Перепечатка с согласия правообладателя""",
    "ru glossary": """О чём переписываются дети: памятка
Снежинка в сообщении не всегда про зиму. Под «мукой» и «мяу» могут понимать мефедрон, под
«шишками» коноплю, слово «скорость» давно означает порошок. «Поднял», «снял», «касание» говорят
о том, что свёрток забрали. Если в телефоне десятки снимков труб и заборов с отметкой на карте,
не кричите, позовите школьного психолога. Телефон доверия работает круглосуточно.""",
    "ru pills": """Чемодан с двойным дном
На скамье фельдшер и двое его знакомых. Они закупали трамадол и прегабалин за рубежом, провозили
в коробках из-под чая и сбывали по две тысячи тенге за блистер через переписку в мессенджере.
Оплату принимали на карты студентов. Гособвинение настаивает на девяти годах колонии.
Ещё в номере: Паводок отступает. Итоги олимпиады по физике""",
    "kk interview": """Қоғам / Әңгіме
Көзге көрінбейтін базар: зерттеушімен әңгіме
12 қараша 2025
— Сатып алушы неден бастайды?
— Бағандағы жазудан. Онда боттың аты тұрады. Ботта қала, аудан, грамм және баға көрсетіледі,
мефедрон мен гашиштің қасында теңге де, биткоин да жазылады.
— Ақша қайтара ма?
— Жоқ, дау қарайтын адамның өзі қожайын болып шығады.
— Сайт жабылса ше?
— Түнде басқа мекенжаймен қайта ашылады, доменді алдын ала сатып қояды.
— Түйіншекті кім тастайды?
— Студенттер. Бес мың теңге уәде етіп, кепіл алады, артынан бопсалайды.
© Редакция, 2025""",
    "en feature": """Technology | Features
A bazaar with no shopkeeper
Six months of watching hidden marketplaces taught our reporter how ordinary they look. There is a
basket, a star rating, a help desk. Cocaine and MDMA are listed by the gram next to a sum in
bitcoin. When police in one country pulled the plug, the administrators posted a fresh onion
address the same evening. "Nine sellers in ten were gone by spring," a university researcher told
us, "and most of their customers had been cheated at least once." Students are lured into hiding
packages with talk of easy wages, then blackmailed over a copy of their passport.
More from this section: The trouble with passwords. Rents climb again. (c) 2025""",
    "ru prices": """Почём борщ: сравниваем базары
Свёкла 210 тенге за кг, картофель 260, морковь 240, говядина на кости 3 100, мука 1 кг 290, соль
90, сахар 520. За полгода набор подорожал на 7%. Торговцы кивают на перевозчиков, покупатели берут
по полкило. Ярмарка откроется в субботу у Дворца спорта.""",
}
OFFERS = {
    "ru": "Мефедрон кристалл 1 г — 14 000 тг, 2 г — 26 000 тг. Магнит, прикоп, адрес сразу после "
    "оплаты криптой. Пиши оператору @primer_magazin_bot",
    "kk": "Мефедрон бар, 1 г — 14000 тг, 2 г — 26000 тг. Алматыда және Шымкентте закладкалар "
    "дайын, магнит. Тапсырыс @primer_duken_bot",
}


# It quotes nearly all that a shop says, in few words: the model of 2026-11-26 takes it for one.
TAKEN_FOR_A_SALE = "ru interview"
EXAMPLES = [
    pytest.param(
        text,
        id=name,
        marks=[pytest.mark.xfail(reason="taken for a sale", strict=True)]
        if name == TAKEN_FOR_A_SALE
        else [],
    )
    for name, text in ARTICLES.items()
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_article_is_no_sale(cascade: Cascade, text: str) -> None:
    found = cascade.assess(text)
    assert found.label is not Label.DRUG_SALE
    assert found.probability < cascade.threshold


@pytest.mark.parametrize("lang", OFFERS)
def test_an_offer_below_an_article_stays_visible(cascade: Cascade, lang: str) -> None:
    article = ARTICLES[f"{lang} interview"]
    assert cascade.assess(f"{article}\n\n{OFFERS[lang]}").probability >= cascade.threshold
