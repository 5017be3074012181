"""Posts that stand on pages word for word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.quoting import FEWEST, SHARE, WORDS, quoted, shingles_of

OFFER = (
    "Соль белая 1 г 15000, 2 г 28000, 5 г 65000. Трава 1 г 6000, 3 г 16000. Районы: Орбита, "
    "Аксай, Самал, Жетысу. Оплата монетой, адрес сразу после оплаты, перезаклад один раз"
)
NEWS = (
    "Полиция Алматы задержала двух мужчин, которые продавали запрещённые вещества в районе Орбита"
)


def pairs(posts: dict[str, tuple[int, str]], pages: dict[str, str]) -> set[tuple[str, str]]:
    return set(quoted(posts, pages))


def test_a_post_on_a_page_among_other_words() -> None:
    page = f"Меню О нас Отзывы\n{OFFER.upper()}\n\nПишите оператору. {NEWS}"
    assert pairs({"post": (1, OFFER)}, {"page": page, "news": NEWS}) == {("post", "page")}


def test_a_price_that_changed_does_not_matter_and_half_of_it_is_not_enough() -> None:
    changed = OFFER.replace("65000", "66000")
    half = OFFER[: len(OFFER) // 2]
    assert pairs({"post": (1, OFFER)}, {"changed": changed, "half": half}) == {("post", "changed")}


def test_a_phrase_is_nobodys_own() -> None:
    short = "Адрес сразу после оплаты, работаем круглосуточно, пишите оператору"
    assert len(shingles_of(short)) < FEWEST
    assert pairs({"post": (1, short)}, {"page": f"{short} {OFFER}"}) == set()


def test_a_board_where_several_advertise_ties_nobody() -> None:
    posts = {
        f"post {n}": (n, OFFER.replace("Орбита", f"Район{n}") + f" магазин {n}") for n in (1, 2, 3)
    }
    board = "\n".join(text for _, text in posts.values())
    two = {name: posts[name] for name in ("post 1", "post 2")}
    assert pairs(posts, {"board": board}) == set()
    assert pairs(two, {"board": board}) == {("post 1", "board"), ("post 2", "board")}
    same_owner = {name: (1, text) for name, (_, text) in posts.items()}
    assert len(pairs(same_owner, {"board": board})) == 3


def test_nothing_comes_of_nothing() -> None:
    assert pairs({}, {"page": OFFER}) == set()
    assert pairs({"post": (1, "")}, {"page": ""}) == set()


WORDS_OF_OFFERS = ["соль", "трава", "адрес", "цена", "район", "1", "2", "5", "грамм", "оплата"]


@given(st.lists(st.sampled_from(WORDS_OF_OFFERS), max_size=80))
def test_found_is_what_is_contained(words: list[str]) -> None:
    text = " ".join(words)
    own, there = shingles_of(OFFER), shingles_of(text)
    found = pairs({"post": (1, OFFER)}, {"page": text})
    assert bool(found) is (len(own & there) >= SHARE * len(own))
    assert len(there) <= max(0, len(words) - WORDS + 1)
