from __future__ import annotations

from crawlers.extraction import extract
from crawlers.mirrors.skeleton import FEWEST_PATHS, Skeleton, exact, near

PAGE = (
    '<html><head><title>a</title></head><body><header class="top"><a href="/">x</a></header>'
    '<nav class="menu main"><ul>{menu}</ul></nav><main><h1>t</h1><div class="grid">{goods}</div>'
    '<p>{text}</p></main>{more}<footer class="foot"><p>z</p></footer></body></html>'
)
CARD = '<div class="card"><img src="a.png"><h3>{}</h3><span class="price">{}</span></div>'
MENU = "<li><a>m</a></li>"


def page(goods: int = 3, text: str = "words", more: str = "", menu: str = MENU) -> str:
    cards = "".join(CARD.format(n, n * 100) for n in range(goods))
    return PAGE.format(goods=cards, text=text, more=more, menu=menu)


def paths(html: str) -> frozenset[tuple[str, str, str]]:
    return extract(html, "http://a.test/").paths


def apart(one: str, other: str) -> int:
    return ((near(paths(one)) ^ near(paths(other))) & (1 << 64) - 1).bit_count()


def test_texts_and_numbers_of_goods_make_no_difference() -> None:
    other = page(40, "other <b>words</b><br>in <i>bold</i>", menu=MENU * 9)
    assert exact(paths(page())) == exact(paths(other)) != ""


def test_the_order_of_classes_and_numbered_ones_make_no_difference() -> None:
    other = page().replace("menu main", "main menu").replace('"card"', '"card item-17 css-1x2y3z"')
    assert exact(paths(page())) == exact(paths(other))


def test_a_banner_changes_the_exact_form_and_few_bits_of_the_near_one() -> None:
    banner = page(more='<div class="banner"><p>sale</p></div>')
    assert exact(paths(page())) != exact(paths(banner))
    assert 0 < apart(page(), banner) <= 12
    dressed = page().replace("div", "section").replace("card", "offer").replace("main", "article")
    assert apart(page(), dressed) > 12


def test_a_plain_page_has_no_skeleton() -> None:
    html = "<html><body><h1>a</h1><p>b</p></body></html>"
    assert paths(html) == frozenset()
    assert (exact(paths(html)), near(paths(html))) == ("", 0)


def test_scripts_and_hidden_parts_do_not_shift_what_follows() -> None:
    hidden = page(more="<div hidden><p><span>x</span></p></div><script>if (a<b) {}</script>")
    assert paths(page()) < paths(hidden)


def test_depth_and_variety_are_bounded() -> None:
    skeleton = Skeleton()
    for number in range(10_000):
        skeleton.open("div", {"class": "abcdefghij"[number % 10] * (1 + number % 97)})
    for _ in range(10_010):
        skeleton.close()
    assert FEWEST_PATHS < len(skeleton.paths) <= 2_000
