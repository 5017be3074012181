"""Each obstacle is recognised, and pages that merely speak of one are not."""

from __future__ import annotations

import pytest

from crawlers.extraction import extract
from crawlers.softblocks import Standing, recognise
from domain.captures import Outcome

ARTICLE = (
    "<p>Редакция рассказывает о жизни города: о рынке, о погоде, о новом автобусе. "
    "Мы поговорили с жителями и с продавцами и записали то, что они думают.</p>"
) * 12
NAVIGATION = "".join(f'<a href="/{n}">раздел {n}</a> ' for n in range(20))


def seen(markup: str, headers: dict[str, str] | None = None) -> Outcome | None:
    block = recognise(extract(markup, "http://a.test/"), markup, headers or {})
    return block.outcome if block and block.standing is not Standing.BESIDE else None


@pytest.mark.parametrize(
    ("markup", "outcome"),
    [
        (
            '<p>Введите код с картинки</p><form><img src="/captcha.png"><input name="code"></form>',
            Outcome.CAPTCHA,
        ),
        (
            "<h1>One more step</h1><p>Please complete the captcha to continue</p>"
            '<div class="h-captcha" data-sitekey="x"></div>',
            Outcome.CAPTCHA,
        ),
        ("<p>Мен робот емеспін</p><form><input name=a></form>", Outcome.CAPTCHA),
        (
            "<title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue"
            '</noscript><script src="/cdn-cgi/challenge-platform/x.js"></script>',
            Outcome.INTERSTITIAL,
        ),
        ("<title>DDoS-Guard</title><p>Проверка браузера", Outcome.INTERSTITIAL),
        (
            "<title>Вход</title><form>Логин <input name=l> Пароль <input type=password></form>",
            Outcome.LOGIN_WALL,
        ),
        ("<form>Sign in to continue<input type=password></form>", Outcome.LOGIN_WALL),
        ("<h1>shop-kz.com</h1><p>This domain is for sale!</p>", Outcome.PARKED),
        ("<p>Домен shop.kz продаётся. Купить этот домен</p>", Outcome.PARKED),
        (
            "<h1>THIS WEBSITE HAS BEEN SEIZED</h1><p>by law enforcement in an operation</p>",
            Outcome.SEIZED,
        ),
        ("<p>Данный ресурс изъят правоохранительными органами</p>", Outcome.SEIZED),
        ("<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>", Outcome.DEFAULT_PAGE),
        ("<title>Apache2 Debian Default Page: It works</title><p>It works", Outcome.DEFAULT_PAGE),
        ("<html><body> <div></div></body></html>", Outcome.EMPTY),
        ("<title>404 Not Found</title><h1>Not Found</h1>", Outcome.NOT_FOUND),
        ("<h1>Бет табылмады</h1>", Outcome.NOT_FOUND),
        ("<h1>Error establishing a database connection</h1>", Outcome.HTTP_ERROR),
        ("<h1>Account Suspended</h1>", Outcome.HTTP_ERROR),
    ],
)
def test_obstacles(markup: str, outcome: Outcome) -> None:
    assert seen(markup) is outcome


@pytest.mark.parametrize(
    "markup",
    [
        f"<h1>Как пройти капчу</h1>{ARTICLE}<p>Введите код с картинки, пишут они.</p>",
        f"<title>Магазин</title>{ARTICLE}<form><textarea></textarea>"
        '<div class="g-recaptcha"></div></form>',
        f"<title>Лавка</title>{NAVIGATION}<form>Войти<input type=password></form>{ARTICLE}",
        f"<title>Полиция: сайт торговцев изъят</title>{ARTICLE}<p>This site has been seized",
        "<h1>Полицейские арестовали владельца сайта</h1><p>Изъято сотрудниками полиции пять "
        f"килограммов и арестованы счета.</p>{NAVIGATION}",
        f"<h1>Новости доменов</h1>{ARTICLE}<p>Этот домен продаётся, писали газеты.</p>",
        "<title>Цены</title><p>Меню: плов 900, лагман 850, чай 100. Работаем до 23:00.</p>",
        f"<title>Защита от DDoS для сайта</title>{ARTICLE}{NAVIGATION}",
        f"<title>Что значит ошибка 404</title>{ARTICLE}",
        '<p>Витрина: 404 товара в наличии</p><a href="/a">а</a>',
    ],
)
def test_pages_of_their_own(markup: str) -> None:
    assert seen(markup) is None


def test_a_challenge_says_so_in_a_header() -> None:
    assert seen("<p>x and y", {"cf-mitigated": "challenge"}) is Outcome.INTERSTITIAL
