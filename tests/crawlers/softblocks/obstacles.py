"""Pages that are nothing but an obstacle, as servers, vendors, providers and authorities show them.

Written for these tests after the kinds of pages that are seen; names and numbers are made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.captures import Outcome


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and what it is to be taken for: an outcome, or None for a page of its own."""

    name: str
    outcome: Outcome | None
    markup: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def page(title: str, body: str, head: str = "", lang: str = "en") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head>'
        f"<body>{body}</body></html>"
    )


_CLOUDFLARE = (
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8f"></script>'
)
_CF_STYLE = '<link rel="stylesheet" href="/cdn-cgi/styles/cf.errors.css">'

GATES = (
    Sample(
        "cloudflare managed challenge",
        Outcome.INTERSTITIAL,
        page(
            "Just a moment...",
            "<noscript><div>Enable JavaScript and cookies to continue</div></noscript>"
            + _CLOUDFLARE,
        ),
        {"cf-mitigated": "challenge", "server": "cloudflare"},
        403,
    ),
    Sample(
        "cloudflare challenge in Russian",
        Outcome.INTERSTITIAL,
        page(
            "Один момент…",
            "<h1>lavka.test</h1><p>Подтвердите, что вы человек, выполнив указанное действие.</p>"
            "<p>lavka.test должен проверить безопасность вашего подключения, прежде чем продолжить."
            '</p><div class="footer">Ray ID: <code>8fa1</code> Производительность и безопасность '
            "от "
            '<a href="https://www.cloudflare.com/?utm_source=challenge">Cloudflare</a></div>'
            + _CLOUDFLARE,
            lang="ru",
        ),
    ),
    Sample(
        "cloudflare 1020",
        Outcome.INTERSTITIAL,
        page(
            "Access denied | lavka.test used Cloudflare to restrict access",
            '<div id="cf-error-details"><h1>Error 1020</h1><p>Ray ID: 7a • 2026-03-01 10:00:00 '
            "UTC</p>"
            "<h2>Access denied</h2><h3>What happened?</h3><p>This website is using a security "
            "service to protect itself from online attacks.</p></div>",
            _CF_STYLE,
        ),
        {"server": "cloudflare"},
        403,
    ),
    Sample(
        "cloudflare says blocked",
        Outcome.INTERSTITIAL,
        page(
            "Attention Required! | Cloudflare",
            '<div id="cf-wrapper"><h1>Sorry, you have been blocked</h1><h2>You are unable to '
            "access "
            "lavka.test</h2><h2>Why have I been blocked?</h2><p>This website is using a security "
            "service to protect itself from online attacks. The action you just performed "
            "triggered "
            "the security solution. There are several actions that could trigger this block "
            "including submitting a certain word or phrase, a SQL command or malformed data.</p>"
            "<h2>What can I do to resolve this?</h2><p>You can email the site owner to let them "
            "know "
            "you were blocked. Please include what you were doing when this page came up and the "
            "Cloudflare Ray ID found at the bottom of this page.</p><p>Cloudflare Ray ID: 7a9 Your "
            'IP: 198.51.100.7 Performance &amp; security by <a href="https://www.cloudflare.com/5xx'
            '">Cloudflare</a></p></div>',
            _CF_STYLE,
        ),
    ),
    Sample(
        "ddos-guard",
        Outcome.INTERSTITIAL,
        page(
            "DDoS-Guard",
            "<h1>Checking your browser before accessing lavka.test</h1><p>Please wait a few "
            "seconds. "
            "Once this check is complete, the website will automatically open.</p><p>Protected by "
            '<a href="https://ddos-guard.net">DDoS-Guard</a></p>'
            '<script src="https://check.ddos-guard.net/check.js"></script>',
        ),
        {"server": "ddos-guard"},
        403,
    ),
    Sample(
        "ddos-guard in Russian",
        Outcome.INTERSTITIAL,
        page(
            "DDoS-Guard",
            "<h1>Проверка браузера перед переходом на сайт lavka.test</h1><p>Пожалуйста, подождите "
            "несколько секунд. После завершения проверки сайт откроется автоматически.</p>",
            lang="ru",
        ),
    ),
    Sample(
        "qrator script",
        Outcome.INTERSTITIAL,
        page(
            "",
            '<script src="/__qrator/qauth.js"></script><noscript>Please enable '
            "JavaScript</noscript>",
        ),
        {"server": "QRATOR"},
        401,
    ),
    Sample(
        "qrator denial",
        Outcome.INTERSTITIAL,
        page(
            "HTTP 403",
            "<h1>403</h1><p>Forbidden. Your request was blocked by the security system. If you "
            "think "
            "this is an error contact the website owner.</p><p>guru meditation: 1a2b qrator</p>",
        ),
        {"server": "QRATOR"},
    ),
    Sample(
        "servicepipe",
        Outcome.INTERSTITIAL,
        page(
            "Проверка безопасности",
            "<h1>Проверка безопасности</h1><p>Пожалуйста, подождите. Мы проверяем, что вы не "
            "робот. "
            "Это займёт несколько секунд.</p><p>ID запроса: 5f1c</p><script "
            "src='/exhkqyad'></script>",
            lang="ru",
        ),
    ),
    Sample(
        "nameless check in Russian",
        Outcome.INTERSTITIAL,
        page(
            "Проверка браузера",
            "<p>Проверяем ваш браузер. Страница обновится автоматически через 5 секунд.</p>"
            "<script>setTimeout(()=>location.reload(),5000)</script>",
            lang="ru",
        ),
        status=503,
    ),
    Sample(
        "nameless check in Kazakh",
        Outcome.INTERSTITIAL,
        page(
            "Браузерді тексеру",
            "<p>Браузеріңіз тексерілуде. Күте тұрыңыз, бет бірнеше секундтан кейін автоматты түрде "
            "ашылады.</p><script>check()</script>",
            lang="kk",
        ),
    ),
    Sample(
        "onion queue",
        Outcome.INTERSTITIAL,
        page(
            "Kestrel Access Queue",
            "<h1>Kestrel Access Queue</h1><p>You have been placed in a queue, awaiting forwarding "
            "to "
            "the platform.</p><p>Please do not refresh the page, you will be automatically "
            "redirected.</p><p>Your estimated wait time is 20 seconds</p>",
            '<meta http-equiv="refresh" content="20">',
        ),
    ),
    Sample(
        "onion queue in Russian",
        Outcome.INTERSTITIAL,
        page(
            "Вы в очереди",
            "<p>Вы находитесь в очереди на вход. Ваше место в очереди: 214. Не обновляйте "
            "страницу, "
            "вы будете перенаправлены автоматически.</p>",
            '<meta http-equiv="refresh" content="15">',
            "ru",
        ),
    ),
    Sample(
        "anubis",
        Outcome.INTERSTITIAL,
        page(
            "Making sure you're not a bot!",
            "<h1>Making sure you're not a bot!</h1><p>Loading...</p><p>You are seeing this because "
            "the administrator of this website has set up protection against scrapers.</p>"
            '<script src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script>',
        ),
    ),
)

CAPTCHAS = (
    Sample(
        "picture captcha",
        Outcome.CAPTCHA,
        page(
            "Защита",
            "<p>Введите код с картинки, чтобы продолжить</p><form method='post'><img "
            "src='/captcha.png?17'><input name='captcha'><button>Ок</button></form>"
            "<a href='/?new=1'>обновить картинку</a>",
            lang="ru",
        ),
    ),
    Sample(
        "smart captcha",
        Outcome.CAPTCHA,
        page(
            "Вы не робот?",
            "<h1>Подтвердите, что запросы отправляли вы, а не робот</h1><p>Нам очень жаль, но "
            "запросы "
            "с вашего устройства похожи на автоматические.</p><form action='/checkcaptcha'><input "
            "type='checkbox'> Я не робот <p>Нажмите, чтобы продолжить</p></form>",
            lang="ru",
        ),
    ),
    Sample(
        "captcha in Kazakh",
        Outcome.CAPTCHA,
        page(
            "Тексеру",
            "<form><img src='/c.png'><p>Суреттегі таңбаларды енгізіңіз</p><input name='code'>"
            "<button>Жіберу</button></form>",
            lang="kk",
        ),
    ),
    Sample(
        "onion clock captcha",
        Outcome.CAPTCHA,
        page(
            "DDOS Protection",
            "<h1>DDOS Protection</h1><p>Select the time on the clock.</p><form method='post'><img "
            "src='data:image/png;base64,AA'><select "
            "name='hour'><option>1</option><option>2</option>"
            "</select><input name='id' type='hidden'><button>Submit</button></form><p>The captcha "
            "expires in 60 seconds</p>",
        ),
    ),
    Sample(
        "onion odd one out",
        Outcome.CAPTCHA,
        page(
            "Kestrel",
            "<p>Click on the circle that is different to continue. You have to solve this once per "
            "session.</p><form method='post'><input type='image' name='captcha' src='/img'></form>",
        ),
    ),
    Sample(
        "hcaptcha only",
        Outcome.CAPTCHA,
        page(
            "One more step",
            "<h1>One more step</h1><p>Please complete the security check to access the site</p>"
            "<div class='h-captcha' data-sitekey='x'></div><script "
            "src='https://hcaptcha.com/1/api.js"
            "'></script>",
        ),
        status=403,
    ),
    Sample(
        "turnstile widget",
        Outcome.CAPTCHA,
        page(
            "lavka.test",
            "<p>Confirm you are not a robot</p><form><div class='cf-turnstile'></div></form>",
        ),
    ),
)

LOGINS = (
    Sample(
        "login in Russian",
        Outcome.LOGIN_WALL,
        page(
            "Kraken",
            "<form>Имя пользователя <input name='u'>Пароль<input type='password'><button>Войти"
            "</button></form><a href='/register'>Регистрация</a> <a href='/restore'>Забыли "
            "пароль?</a>",
            lang="ru",
        ),
    ),
    Sample(
        "market login with captcha",
        Outcome.LOGIN_WALL,
        page(
            "Market",
            "<h1>Welcome back</h1><form>Username <input name='u'>Password<input "
            "type='password'><img "
            "src='/captcha/1.png'><input name='captcha' placeholder='Enter captcha'><button>Login"
            "</button></form><a href='/register'>Register</a> <a href='/mirrors/verify'>Verify "
            "PGP</a>",
        ),
    ),
    Sample(
        "forum for members",
        Outcome.LOGIN_WALL,
        page(
            "Форум - Вход",
            "<p>Для просмотра этого форума вы должны быть авторизованы.</p><form>Имя пользователя: "
            "<input name='u'> Пароль: <input type='password'> <label><input type='checkbox'> "
            "Запомнить меня</label><input type='submit' value='Вход'></form>"
            "<a href='/ucp.php?mode=register'>Регистрация</a> <a href='/ucp.php?mode=terms'>Правила"
            "</a><p>Powered by phpBB</p>",
            lang="ru",
        ),
    ),
    Sample(
        "login in Kazakh",
        Outcome.LOGIN_WALL,
        page(
            "Кіру",
            "<h1>Кіру</h1><form>Пайдаланушы аты <input name='u'> Құпия сөз <input type='password'>"
            "<button>Кіру</button></form><a href='/tirkelu'>Тіркелу</a>",
            lang="kk",
        ),
    ),
)

NOTICES = (
    Sample(
        "hidden site seized, a picture alone",
        Outcome.SEIZED,
        page("THIS HIDDEN SITE HAS BEEN SEIZED", "<img src='/banner.jpg' alt='seized'>"),
    ),
    Sample(
        "domain seized by the FBI",
        Outcome.SEIZED,
        page(
            "Seized",
            "<h1>THIS WEBSITE HAS BEEN SEIZED</h1><p>The domain lavka.test has been seized by the "
            "Federal Bureau of Investigation in accordance with a seizure warrant issued pursuant "
            "to "
            "18 U.S.C. 981 and 21 U.S.C. 853 by the United States District Court as part of a "
            "coordinated law enforcement operation.</p><p>If you have information, contact "
            "tips@agency.test</p>",
        ),
    ),
    Sample(
        "domain named by its name",
        Outcome.SEIZED,
        page(
            "Notice",
            "<p>The domain lavka.test has been seized by the FBI and Europol.</p>",
        ),
    ),
    Sample(
        "platform seized",
        Outcome.SEIZED,
        page(
            "HYDRA",
            "<h1>The platform and the criminal content have been seized</h1><p>by the Federal "
            "Criminal Police Office on behalf of the Office of the Prosecutor General</p><p>Die "
            "Plattform und der kriminelle Inhalt wurden beschlagnahmt.</p>",
        ),
    ),
    Sample(
        "seized in Russian",
        Outcome.SEIZED,
        page(
            "Внимание",
            "<h1>Сайт заблокирован МВД Республики Казахстан</h1><p>Сервер изъят в рамках "
            "уголовного "
            "дела по статье 297 УК РК. Лица, причастные к сбыту наркотиков, устанавливаются.</p>",
            lang="ru",
        ),
    ),
    Sample(
        "seized in Russian, shorter",
        Outcome.SEIZED,
        page("Ресурс изъят", "<p>Данный ресурс изъят правоохранительными органами.</p>", lang="ru"),
    ),
    Sample(
        "blocked by the police in Kazakh",
        Outcome.SEIZED,
        page(
            "Назар аударыңыз",
            "<p>Бұл интернет-ресурс құқық қорғау органдарының шешімімен бұғатталды.</p>",
            lang="kk",
        ),
    ),
    Sample(
        "Kazakh provider",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Доступ ограничен",
            "<h1>Доступ ограничен</h1><p>Доступ к запрашиваемому ресурсу ограничен на территории "
            "Республики Казахстан по решению уполномоченного органа в соответствии с Законом «О "
            "связи».</p><p>По вопросам обращайтесь: 8 (7172) 74-00-00</p>",
            lang="ru",
        ),
    ),
    Sample(
        "Kazakh provider in Kazakh",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Қолжетімділік шектелген",
            "<p>Сұратылған ресурсқа қол жеткізу Қазақстан Республикасының аумағында уәкілетті "
            "органның нұсқамасы бойынша шектелген.</p>",
            lang="kk",
        ),
    ),
    Sample(
        "Russian provider",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Доступ ограничен",
            "<p>Уважаемый абонент! Доступ к информационному ресурсу ограничен на основании "
            "Федерального закона от 27 июля 2006 г. № 149-ФЗ «Об информации, информационных "
            "технологиях и о защите информации».</p><p>Проверить наличие ресурса в реестре можно "
            "на "
            'сайте <a href="https://eais.rkn.gov.ru">eais.rkn.gov.ru</a></p>',
            lang="ru",
        ),
    ),
    Sample(
        "Russian provider, register",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Ресурс заблокирован",
            "<h2>Ресурс заблокирован по решению органов государственной власти</h2><p>Сайт внесён "
            "в "
            "Единый реестр доменных имён, содержащих запрещённую информацию.</p>",
            lang="ru",
        ),
        status=451,
    ),
    Sample(
        "provider in English",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Access restricted",
            "<p>Access to this resource is restricted in the territory of the Republic of "
            "Kazakhstan "
            "under a court decision. Contact your internet provider.</p>",
        ),
    ),
    Sample(
        "domain for sale",
        Outcome.PARKED,
        page(
            "lavka.test",
            "<h1>lavka.test</h1><p>This domain is for sale! Buy this domain from its owner today "
            "for "
            "$2,995 or lease to own from $99 per month.</p><a href='/lander?a=1'>Related "
            "searches</a>"
            "<a href='/lander?kw=flowers'>Flowers</a><a href='/lander?kw=gifts'>Gifts</a>",
        ),
    ),
    Sample(
        "sedo",
        Outcome.PARKED,
        page(
            "lavka.test - lavka Resources and Information.",
            "<p>lavka.test is your first and best source for all of the information you’re looking "
            "for. From general topics to more of what you would expect to find here, lavka.test "
            "has "
            "it all. We hope you find what you are searching for!</p><p>Sponsored listings</p>"
            "<script src='https://img.sedoparking.com/js/jquery.js'></script>",
        ),
    ),
    Sample(
        "registrar's page in Russian",
        Outcome.PARKED,
        page(
            "lavka.test",
            "<h1>lavka.test</h1><p>Домен зарегистрирован и припаркован в компании "
            "REG.RU</p><ul><li>"
            "Купить хостинг от 149 ₽</li><li>Зарегистрировать домен от 199 ₽</li></ul>"
            "<script src='https://parking.reg.ru/script/get_domain_data'></script>",
            lang="ru",
        ),
    ),
    Sample(
        "domain not attached",
        Outcome.PARKED,
        page(
            "Домен не прилинкован ни к одной из директорий на сервере",
            "<h1>Домен не прилинкован ни к одной из директорий на сервере!</h1><p>Войдите в панель "
            "управления хостингом и прилинкуйте домен к сайту.</p>",
            lang="ru",
        ),
    ),
    Sample(
        "domain for sale in Kazakh",
        Outcome.PARKED,
        page("lavka.test", "<p>lavka.test домен сатылады</p>", lang="kk"),
    ),
)

SERVERS = (
    Sample(
        "nginx default",
        Outcome.DEFAULT_PAGE,
        page(
            "Welcome to nginx!",
            "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is "
            "successfully "
            "installed and working. Further configuration is required.</p><p>For online "
            "documentation "
            'and support please refer to <a href="http://nginx.org/">nginx.org</a>.<br>Commercial '
            'support is available at <a href="http://nginx.com/">nginx.com</a>.</p><p><em>Thank '
            "you "
            "for using nginx.</em></p>",
        ),
    ),
    Sample(
        "apache default",
        Outcome.DEFAULT_PAGE,
        page(
            "Apache2 Debian Default Page: It works",
            "<h1>It works!</h1><p>This is the default welcome page used to test the correct "
            "operation "
            "of the Apache2 server after installation on Debian systems. If you can read this "
            "page, "
            "it means that the Apache HTTP server installed at this site is working properly. You "
            "should replace this file (located at /var/www/html/index.html) before continuing to "
            "operate your HTTP server.</p><h2>Configuration Overview</h2><p>Debian's Apache2 "
            "default "
            "configuration is different from the upstream default configuration.</p>",
        ),
    ),
    Sample("it works", Outcome.DEFAULT_PAGE, "<html><body><h1>It works!</h1></body></html>"),
    Sample(
        "nginx 404",
        Outcome.NOT_FOUND,
        page("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>"),
        status=404,
    ),
    Sample(
        "soft 404 in Russian",
        Outcome.NOT_FOUND,
        page(
            "Ошибка 404",
            "<h1>Ошибка 404</h1><p>Такой страницы нет. Вернитесь на <a href='/'>главную</a>.</p>",
            lang="ru",
        ),
    ),
    Sample(
        "soft 404 in English",
        Outcome.NOT_FOUND,
        page(
            "Oops",
            "<p>The page you are looking for does not exist. It may have been moved or deleted.</p>"
            "<a href='/'>Go back home</a>",
        ),
    ),
    Sample(
        "soft 404 in Kazakh",
        Outcome.NOT_FOUND,
        page("Қате", "<h1>404</h1><p>Бет табылмады. Басты бетке оралыңыз.</p>", lang="kk"),
    ),
    Sample(
        "403 with 200",
        Outcome.FORBIDDEN,
        page("403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>"),
    ),
    Sample(
        "403",
        Outcome.FORBIDDEN,
        page(
            "403 Forbidden",
            "<h1>Forbidden</h1><p>You don't have permission to access this resource.</p><hr>"
            "<address>Apache/2.4 Server at lavka.test Port 80</address>",
        ),
        status=403,
    ),
    Sample(
        "cloudflare 522",
        Outcome.HTTP_ERROR,
        page(
            "lavka.test | 522: Connection timed out",
            '<div id="cf-error-details"><h1>Connection timed out <span>Error code '
            "522</span></h1><p>"
            "Visit cloudflare.com for more information.</p><p>What happened? The initial "
            "connection "
            "between Cloudflare's network and the origin web server timed out. As a result, the "
            "web "
            "page can not be displayed.</p><p>What can I do? Please try again in a few minutes.</p>"
            "<p>Cloudflare Ray ID: 8a1</p></div>",
            _CF_STYLE,
        ),
        status=522,
    ),
    Sample(
        "database gone",
        Outcome.HTTP_ERROR,
        page("Database Error", "<h1>Error establishing a database connection</h1>"),
    ),
    Sample(
        "hosting not paid",
        Outcome.HTTP_ERROR,
        page(
            "Хостинг",
            "<h1>Сайт отключён</h1><p>Срок действия хостинга истёк. Владельцу сайта необходимо "
            "продлить услугу в панели управления ps.kz.</p>",
            lang="ru",
        ),
    ),
    Sample(
        "suspended",
        Outcome.HTTP_ERROR,
        page(
            "Account Suspended",
            "<h1>Account Suspended</h1><p>This account has been suspended. Contact your hosting "
            "provider for more information.</p>",
        ),
    ),
    Sample(
        "works",
        Outcome.HTTP_ERROR,
        page(
            "Технические работы",
            "<p>На сайте ведутся технические работы. Зайдите позже.</p>",
            lang="ru",
        ),
        status=503,
    ),
    Sample(
        "works in Kazakh",
        Outcome.HTTP_ERROR,
        page("Жұмыстар", "<p>Сайтта техникалық жұмыстар жүріп жатыр.</p>", lang="kk"),
    ),
    Sample("nothing", Outcome.EMPTY, page("", "<div></div>")),
)

OBSTACLES = (*GATES, *CAPTCHAS, *LOGINS, *NOTICES, *SERVERS)
