"""Sites that answer with 200 and have nothing to say: each obstacle that a crawl should name."""

from __future__ import annotations

from tests.world.exchange import Handler, Request, Response, html


def page(title: str, body: str, status: int = 200) -> Handler:
    """The same page at every address."""
    markup = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body>{body}</body></html>"
    )
    return lambda request: html(markup, status)


parked = page(
    "parked-name.test",
    "<h1>parked-name.test</h1><p>This domain is for sale. Buy this domain from its owner today.</p>"
    '<a href="/lander">Related searches</a>',
)
seized = page(
    "Сайт изъят",
    "<h1>Данный ресурс изъят правоохранительными органами</h1>"
    "<p>This website has been seized as part of a joint operation.</p>",
)
ddos_screen = page(
    "DDoS-Guard",
    "<h1>Проверка браузера</h1><p>Checking your browser before accessing. Это займёт несколько "
    "секунд.</p><script src='/.well-known/ddos-guard/js-challenge/index.js'></script>",
    403,
)
default_page = page(
    "Welcome to nginx!",
    "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully "
    "installed and working. Further configuration is required.</p>",
)
suspended = page(
    "Account Suspended",
    "<h1>Account Suspended</h1><p>This account has been suspended. Contact your provider.</p>",
)
captcha = page(
    "Защита",
    "<p>Введите код с картинки, чтобы продолжить</p>"
    '<form method="post"><img src="/captcha.png"><input name="captcha"><button>Ок</button></form>',
)


def speaks_of_them(request: Request) -> Response:
    """An article about all of these; it is none of them."""
    about = (
        "Этот домен продаётся, пишут на заглушках регистраторов. Баннер «сайт изъят» вешают после "
        "операций. Проверка браузера и защита от DDoS занимают пять секунд, а фразы «введите код с "
        "картинки», «войдите», «аккаунт заблокирован», «страница не найдена» знакомы каждому. "
    )
    body = "".join(f"<p>{about}</p>" for _ in range(6))
    links = "".join(f'<a href="/rubrika/{n}">рубрика</a> ' for n in "абвгд")
    return html(
        "<!DOCTYPE html><html><head><title>Что показывают сайты вместо страниц</title></head>"
        f"<body><h1>Заглушки: краткая история</h1>{body}{links}"
        '<form action="/poisk"><input name="q"></form></body></html>'
    )
