"""Pages of their own that have something of an obstacle: short shops, news, forums, and mixtures
that somebody makes up who wants to be taken for an obstacle.

``KEPT`` must be read as pages. ``READ`` come with an error status, or look so much like an obstacle
that it stays in doubt: they must be read and scored whatever their outcome says.
"""

from __future__ import annotations

from domain.captures import Outcome
from tests.crawlers.softblocks.pages import Sample, page

_GOODS = "<p>Мефедрон 1г 2500р, Гашиш 2г 3000р, доставка Алматы, клад. Пишите @seller_kz</p>"
_LINKS = '<a href="/katalog">Каталог</a> <a href="/otzyvy">Отзывы</a> <a href="/karta">Карта</a>'
_LOGIN = (
    "<form action='/login'>Вход <input name='u'><input type='password'><button>Войти</button>"
    "</form>"
)
_ORDER = "<form><input name='captcha_code'><img src='/captcha.php'> введите код</form>"


def shop(title: str = "Магазин", before: str = "", after: str = "", goods: str = _GOODS) -> str:
    return page(title, f"{before}<h1>Магазин</h1>{goods}{_LINKS}{after}", lang="ru")


def kept(name: str, markup: str, **more: dict[str, str]) -> Sample:
    return Sample(name, None, markup, **more)


SHOPS = (
    kept("log-in box first", shop(before=_LOGIN)),
    kept("log-in in the title", shop("Магазин | Вход", before=_LOGIN)),
    kept("log-in box last", shop(after=_LOGIN)),
    kept("order form with a captcha", shop(after=_ORDER)),
    kept("captcha script", shop(after="<script src='https://hcaptcha.com/1/api.js'></script>")),
    kept(
        "captcha widget in a tiny shop",
        page(
            "Shop",
            "<div class='g-recaptcha'></div><p>Meth 1g 50$, Coke 1g 90$, MDMA 10 pills 60$. Order "
            "on "
            "Telegram @drugz_kz. Shipping in Almaty</p>",
            "<script src='https://www.google.com/recaptcha/api.js'></script>",
        ),
    ),
    kept("wait, we have a sale", shop("Подождите, у нас акция! Купить мефедрон")),
    kept(
        "just a moment with MDMA",
        page("Just a moment with MDMA - shop", "<p>MDMA 1g 30$, order @dealer_kz</p>"),
    ),
    kept(
        "boasts of its DDoS protection",
        page(
            "Скорость — купить",
            "<script src='https://check.ddos-guard.net/check.js'></script><p>Защита от DDoS "
            "обеспечена. Амфетамин 1г 1500. Пишите @dealer_kz</p>",
            lang="ru",
        ),
    ),
    kept(
        "called 404",
        page("404 shop", "<p>404 shop: Мефедрон 1г. @shop_404</p><a href='/1'>1</a>", lang="ru"),
    ),
    kept("called 404, in short", page("404", "<p>Соль, крис, 1г 12000. @shop_404</p>", lang="ru")),
    kept("buy a domain", shop(after="<footer>Купить домен - тут</footer>")),
    kept(
        "buys a pun",
        page("Kush", "<p>buy this domain of weed: 1g 10$. @dealer_kz</p>"),
    ),
    kept(
        "unavailable in one city",
        page(
            "Kush",
            "<p>Service temporarily unavailable in Astana. Almaty: mdma 1g 3000, meth 1g 4000. "
            "@dealer_kz</p>",
        ),
    ),
    kept(
        "works, orders in Telegram",
        page(
            "Kush",
            "<p>На сайте ведутся технические работы, заказы принимаем в Telegram: @dealer_kz. Меф "
            "1г 2500.</p>",
            lang="ru",
        ),
    ),
    kept(
        "works, orders in Telegram, no prices",
        page(
            "Лавка",
            "<p>Ведутся технические работы, заказы временно в Telegram: @lavka_oper</p>",
            lang="ru",
        ),
    ),
    kept(
        "price list with a small log-in form and three links",
        page(
            "Лавка",
            f"{_LOGIN}<table><tr><td>Шишки</td><td>1 г</td><td>9 000 тг</td></tr><tr><td>Гаш</td>"
            f"<td>1 г</td><td>7 000 тг</td></tr></table><p>Оператор @lavka_oper</p>{_LINKS}",
            lang="ru",
        ),
    ),
    kept(
        "in Kazakh with a log-in box",
        page(
            "Дүкен",
            "<form>Кіру <input name='u'><input type='password'></form><p>Мефедрон 1 г — 12 000 тг, "
            "гашиш 1 г — 8 000 тг. Жеткізу Алматы бойынша. Жазыңыз: @duken_kz</p>",
            lang="kk",
        ),
    ),
    kept(
        "we were not seized",
        page(
            "Kestrel",
            "<p>No, this site has not been seized. We are back: coke 1g 80$, mdma 1g 40$, order by "
            "@kestrel_new</p>",
        ),
    ),
    kept(
        "says that access is blocked and what to do",
        page(
            "Лавка",
            "<p>Доступ к сайту заблокирован вашим интернет-провайдером? Наше зеркало всегда в "
            "канале "
            "@lavka_mirror. Мефедрон 1г 2500р, гашиш 2г 3000р.</p>",
            lang="ru",
        ),
    ),
    kept(
        "queue at the couriers",
        page(
            "Лавка",
            "<p>Вы в очереди у курьера? Время ожидания до 2 часов. Шишки 1г 9000, бошки 2г 16000. "
            "@lavka_oper</p>",
            lang="ru",
        ),
    ),
    kept("soap shop", shop("Мыло", after=_LOGIN, goods="<p>Мыло лавандовое 100 г — 900 тг.</p>")),
)

OTHERS = (
    kept(
        "news quoting a seizure",
        page(
            "Новости",
            "<p>Этот сайт был изъят правоохранительными органами, сообщает МВД.</p>"
            + "<p>Подробности позже.</p>" * 5,
            lang="ru",
        ),
    ),
    kept(
        "news of a seizure in English",
        page(
            "Darknet market falls",
            "<p>The marketplace was seized by the FBI on Tuesday, Reuters reports. Its operators "
            "are "
            "said to have fled. Users who had money there lost it.</p><a href='/more'>More</a>",
        ),
    ),
    kept(
        "news of blocked sites",
        page(
            "Закон",
            "<p>Доступ к 300 сайтам ограничен на территории Республики Казахстан, сообщило "
            "министерство информации. Речь идёт о магазинах, которые торговали табаком.</p>",
            lang="ru",
        ),
    ),
    kept(
        "harm reduction with a log-in",
        page(
            "Помощь рядом",
            f"{_LOGIN}<h1>Если вы употребляете</h1><p>Не употребляйте в одиночку. При "
            f"передозировке "
            "опиоидами помогает налоксон: его дают бесплатно в пунктах обмена шприцев. Звоните "
            "консультанту: +7 727 300 10 20, анонимно.</p><a href='/naloxon'>Налоксон</a>"
            "<a href='/punkty'>Пункты</a><a href='/testy'>Проверка веществ</a>",
            lang="ru",
        ),
    ),
    kept(
        "forum with a log-in line",
        page(
            "Форум садоводов",
            f"{_LOGIN}<ul><li><a href='/f1'>Розы</a> 210 тем</li><li><a href='/f2'>Томаты</a> 340 "
            f"тем"
            "</li><li><a href='/f3'>Теплицы</a> 77 тем</li><li><a href='/f4'>Обмен семенами</a> 98 "
            "тем"
            "</li></ul><p>Последнее сообщение: как укрыть розы на зиму, автор Марат</p>",
            lang="ru",
        ),
    ),
    kept(
        "pharmacy with a captcha on its question form",
        page(
            "Аптека на Абая",
            "<h1>Аптека на Абая</h1><p>Витамин D 60 капсул — 3 200 тг. Парацетамол 20 таб — 450 "
            "тг. "
            f"Работаем до 22:00, телефон +7 727 311 22 33.</p>{_ORDER}",
            lang="ru",
        ),
    ),
    kept(
        "sells domains",
        page(
            "Домены и хостинг",
            "<h1>Домены и хостинг</h1><p>Купить домен в зоне kz: 4 900 тг в год. Хостинг: 1 500 тг "
            "в "
            "месяц. Перенос сайта бесплатно, поддержка круглосуточно, оплата картой или по счёту "
            "для "
            "юридических лиц. Панель управления на русском и казахском языках, резервные копии "
            "каждую ночь, сертификаты в подарок, тестовый период две недели.</p>"
            "<a href='/whois'>Whois</a>",
            lang="ru",
        ),
    ),
    kept(
        "article on error 404",
        page(
            "Что значит ошибка 404",
            "<h1>Что значит ошибка 404</h1>"
            + "<p>Так отвечает сервер, когда по этому адресу ничего нет. Редактор объясняет, "
            "почему "
            "ссылки стареют и что с этим делать владельцу журнала.</p>" * 6,
            lang="ru",
        ),
    ),
    kept(
        "sells protection from DDoS",
        page(
            "Защита от DDoS",
            "<h1>Защита от DDoS</h1><p>Фильтруем трафик банков, магазинов и изданий. Подключение "
            "за "
            "час, тариф от 90 000 тг в месяц, пробная неделя бесплатно. Звоните: +7 727 355 66 "
            "77</p>"
            "<a href='/tarify'>Тарифы</a><a href='/klienty'>Клиенты</a>",
            lang="ru",
        ),
    ),
    kept(
        "café", page("Меню", "<p>Плов 900 тг, лагман 850 тг, чай 100 тг. До 23:00.</p>", lang="ru")
    ),
    kept("a word", page("Привет", "<p>Скоро здесь будут стихи.</p>", lang="ru")),
    kept(
        "blog post on captchas",
        page(
            "Почему капчи злят",
            "<p>«Введите код с картинки» видел каждый. Мы спросили десять человек, сколько времени "
            "они "
            "тратят на такие картинки за год, и сложили ответы. Вышло по два часа на каждого, а у "
            "бухгалтера Айгуль даже пять.</p>",
            lang="ru",
        ),
    ),
)

KEPT = (*SHOPS, *OTHERS)

READ = (
    Sample("shop with status 404", Outcome.NOT_FOUND, shop(), status=404),
    Sample("shop with status 403", Outcome.FORBIDDEN, shop(), status=403),
    Sample("shop with status 451", Outcome.FORBIDDEN, shop(), status=451),
    Sample("shop with status 500", Outcome.HTTP_ERROR, shop(), status=500),
    Sample(
        "shop with status 401 and a log-in box",
        Outcome.LOGIN_WALL,
        shop(before=_LOGIN),
        status=401,
    ),
    Sample(
        "shop that sends a challenge's header",
        None,
        shop(),
        {"cf-mitigated": "challenge", "server": "cloudflare"},
    ),
    Sample(
        "shop dressed as a challenge",
        None,
        page(
            "Just a moment...",
            f"<p>Checking your browser</p>{_GOODS}"
            "<script src='/cdn-cgi/challenge-platform/x.js'></script>",
        ),
    ),
    Sample(
        "shop dressed as a challenge, no prices",
        Outcome.INTERSTITIAL,
        page(
            "Just a moment...",
            "<p>Checking your browser</p><p>Меф, соль, гашиш в Алматы, клады. @seller_kz</p>"
            "<script src='/cdn-cgi/challenge-platform/x.js'></script>",
        ),
    ),
    Sample(
        "shop dressed as a challenge, neither prices nor contacts",
        Outcome.INTERSTITIAL,
        page(
            "Just a moment...",
            "<p>Checking your browser</p><p>Мефедрон, гашиш, кокаин: закладки в Алматы и Астане, "
            "клады "
            "каждый день, работаем круглосуточно</p><script src='/cdn-cgi/challenge-platform/x.js'>"
            "</script>",
        ),
    ),
    Sample(
        "shop under a seizure notice",
        Outcome.SEIZED,
        page(
            "THIS WEBSITE HAS BEEN SEIZED",
            f"<p>THIS WEBSITE HAS BEEN SEIZED by the FBI</p>{_GOODS}",
        ),
    ),
    Sample(
        "shop under a provider's notice",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Доступ ограничен",
            "<p>Доступ к ресурсу ограничен по решению суда на территории Республики Казахстан.</p>"
            + _GOODS,
            lang="ru",
        ),
    ),
    Sample(
        "shop behind words for parked domains",
        None,
        page("shop.test", f"<p>This domain is for sale. Buy this domain.</p>{_GOODS}"),
    ),
    Sample(
        "log-in wall with a seller's handle",
        Outcome.LOGIN_WALL,
        page("Лавка: вход", f"{_LOGIN}<p>Нет аккаунта? Пишите @lavka_oper, клады в Алматы</p>"),
    ),
    Sample(
        "log-in wall with an open catalogue",
        Outcome.LOGIN_WALL,
        page("Вход", f"{_LOGIN}{_LINKS}", lang="ru"),
    ),
)

NEIGHBOURS = (*KEPT, *READ)
