"""What a text does: all ten roles, on short texts written for this test."""

from __future__ import annotations

import pytest

from classifiers.cascade import Cascade
from domain.assessment import Role

SHOP = """Магазин «Пример». Прайс:
Мефедрон кристалл 1 г — 14 000 тг
Гашиш 2 г — 18 000 тг
Шишки 1 г — 9 000 тг
Амфетамин 1 г — 10 000 тг
Заказ через бота @primer_bot, оплата криптой, закладки по районам."""
TEXTS = {
    Role.SHOP: [SHOP],
    Role.LISTING: [
        "Мефедрон кристалл VHQ 1 г, закладка, магнит, 14 000 тг",
        "1g cocaine uncut, stealth shipping worldwide, $90",
    ],
    Role.COURIER_RECRUITMENT: [
        "Требуются кладмены в Караганде, оплата за каждый адрес 3000 тг, залог, обучение",
        "Ищу курьера, работа только с марихуаной, залог от 250$, оплата за клад 8$",
        "Кладмендер керек, әр закладкаға 3000 тг төлейміз, кепіл 50000 тг",
    ],
    Role.MARKET_LINK: [
        "Рабочее зеркало гидры: гидра онион, вход через тор браузер, ссылка hydra onion",
        "Kraken darknet market, official onion link, working mirrors",
    ],
    Role.BUYER_REQUEST: [
        "где взять меф в алматы?",
        "ребят, есть у кого мефедрон? возьму 2г",
        "нужен гашиш, напишите кто продает",
        "мефедрон қайдан алуға болады?",
        "гашиш іздеймін, кімде бар",
        "астанада кім мефедрон сатады, айтыңызшы",
        "where can i buy weed in almaty",
        "anyone selling mdma around here?",
        "wtb 1g coke",
    ],
    Role.NEWS: [
        "Полицейские задержали в Караганде закладчика с 300 граммами мефедрона. Возбуждено "
        "уголовное дело, суд санкционировал арест.",
        "Шымкентте полицейлер есірткі сатқан күдіктіні ұстады, 300 грамм мефедрон тәркіленді.",
    ],
    Role.HARM_REDUCTION: [
        "If someone overdoses on heroin, call an ambulance and give naloxone. Do not mix with "
        "alcohol or benzodiazepines.",
        "Передозировка героином: вызовите скорую, нужен налоксон. Снижение вреда, реабилитация.",
    ],
    Role.MEDICAL: [
        "Аптека. Трамадол 50 мг №10 отпускается по рецепту врача. Прегабалин 75 мг по рецепту, "
        "противопоказания и побочные эффекты в инструкции. Лицензия на фармацевтическую "
        "деятельность.",
    ],
    Role.DISCUSSION: [
        "I think weed made my friend lazy. Has anyone here quit smoking cannabis? In my opinion "
        "it is worth it.",
    ],
    Role.OTHER: [
        "Завтра в Астане снег и гололёд, водителей просят быть внимательнее.",
        "ищу фен для волос, кто подскажет магазин",
        "ищу книгу рецептов, где взять?",
        "",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("role", "text"), [(role, one) for role in TEXTS for one in TEXTS[role]])
def test_the_role_is_told(cascade: Cascade, role: Role, text: str) -> None:
    assert cascade.assess(text).role is role


def test_every_role_is_tried() -> None:
    assert set(TEXTS) == set(Role)


def test_a_list_of_prices_is_no_request_however_it_begins(cascade: Cascade) -> None:
    assert cascade.assess(f"Где взять меф? У нас!\n{SHOP}").role is Role.SHOP


def test_police_that_tell_of_recruiters_do_not_hire(cascade: Cascade) -> None:
    text = (
        "Полиция предупреждает: подростков вербуют закладчиками, обещают зарплату. Суд приговорил "
        "курьера к шести годам, сообщили в пресс-службе департамента полиции."
    )
    assert cascade.assess(text).role in {Role.NEWS, Role.HARM_REDUCTION}
