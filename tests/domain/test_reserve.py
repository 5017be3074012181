from __future__ import annotations

import pytest

from domain.reserve import reserve_names, speaks_of_reserve


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Резервный канал: @Shop_Two", ("shop_two",)),
        ("если нас забанят — ищите тут t.me/shop_three", ("shop_three",)),
        ("Қосалқы арна @arna_eki, жоғалтпаңыз", ("arna_eki",)),
        ("біз көштік 👉 https://t.me/jana_arna", ("jana_arna",)),
        ("Backup channel here: @spare_one and @spare_two", ("spare_one",)),
        ("Канал переехал: tg://resolve?domain=moved_here", ("moved_here",)),
        ("Пиши @operator_one. Отзывы @reviews_here", ()),
        ("резерв по весу: 3 г\n\nоператор @operator_one", ()),
        ("@operator_one примет заказ, а резерв тут @shop_two", ("shop_two",)),
        ("", ()),
    ],
)
def test_reserve_channels_are_told_by_the_words_beside_their_names(
    text: str, names: tuple[str, ...]
) -> None:
    assert reserve_names(text) == names


def test_what_speaks_of_a_reserve() -> None:
    assert speaks_of_reserve("🔁 Запасной")
    assert not speaks_of_reserve("Витрина")
