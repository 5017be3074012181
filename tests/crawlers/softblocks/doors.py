"""Pages of the table that stand before a site: browser checks, queues, captchas, log-ins."""

from __future__ import annotations

from domain.captures import Outcome
from tests.crawlers.softblocks.pages import Sample, page

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
