"""More obstacles, written after the rules: what they had to say of these was measured once, and is
in docs/benchmarks.md."""

from __future__ import annotations

from domain.captures import Outcome
from tests.crawlers.softblocks.pages import Sample, page

MORE = (
    Sample(
        "cf new turnstile",
        Outcome.INTERSTITIAL,
        page(
            "Just a moment...",
            "<h1>market.test</h1><p>Verifying you are human. This may take a few "
            "seconds.</p><p>market.test needs to review the security of your connection before "
            "proceeding.</p><p>Ray ID: 1</p>",
        ),
    ),
    Sample(
        "imperva",
        Outcome.INTERSTITIAL,
        page(
            "",
            "<iframe src='/_Incapsula_Resource?CWUDNSAI=9'>Request unsuccessful. Incapsula "
            "incident ID: 877-12</iframe>",
        ),
    ),
    Sample(
        "sucuri",
        Outcome.INTERSTITIAL,
        page(
            "Sucuri WebSite Firewall - Access Denied",
            "<h1>Access Denied - Sucuri Website Firewall</h1><p>If you are the site owner (or you "
            "manage this site), please whitelist your IP or if you think this block is an error "
            "please open a support ticket.</p><p>Block reason: Access from your Country was "
            "disabled by the administrator.</p>",
        ),
        status=403,
    ),
    Sample(
        "akamai",
        Outcome.FORBIDDEN,
        page(
            "Access Denied",
            '<h1>Access Denied</h1><p>You don\'t have permission to access "http://x.test/" on '
            "this server.</p><p>Reference #18.2d1</p>",
        ),
    ),
    Sample(
        "vddos",
        Outcome.INTERSTITIAL,
        page(
            "Please wait...", "<p>Please wait while we verify your browser</p><script>x()</script>"
        ),
    ),
    Sample(
        "blazingfast",
        Outcome.INTERSTITIAL,
        page(
            "Checking your browser",
            "<h1>Checking your browser</h1><p>Redirecting you in 3 seconds. DDoS Protection by "
            "BlazingFast</p>",
        ),
    ),
    Sample(
        "ru hold",
        Outcome.INTERSTITIAL,
        page("Подождите...", "<p>Идёт проверка вашего браузера, это займёт пару секунд</p>"),
    ),
    Sample(
        "ru antiddos",
        Outcome.INTERSTITIAL,
        page(
            "Anti-DDoS",
            "<p>Выполняется проверка подключения. Пожалуйста, включите JavaScript и cookies.</p>",
        ),
    ),
    Sample(
        "kk check",
        Outcome.INTERSTITIAL,
        page("Күте тұрыңыз", "<p>Қосылымыңыздың қауіпсіздігін тексеріп жатырмыз</p>"),
    ),
    Sample(
        "onion wait",
        Outcome.INTERSTITIAL,
        page(
            "Please Wait",
            "<p>You are in a queue. Your position in queue: 41. This page refreshes itself.</p>",
        ),
    ),
    Sample(
        "endgame captcha",
        Outcome.CAPTCHA,
        page(
            "DDOS Protection",
            "<p>Please solve the captcha to prove you are human</p><form><img src='data:x'><input "
            "name='cap'></form>",
        ),
    ),
    Sample(
        "dread gray",
        Outcome.CAPTCHA,
        page(
            "Security Check",
            "<p>Rotate the pieces until the picture is whole, then press the button. Verify that "
            "you are human.</p><form><input type=submit></form>",
        ),
    ),
    Sample(
        "ru captcha",
        Outcome.CAPTCHA,
        page(
            "Капча",
            "<p>Введите цифры с изображения</p><form><img src='/cap/1.jpg'><input name='c'></form>",
        ),
    ),
    Sample(
        "ru captcha2",
        Outcome.CAPTCHA,
        page(
            "Подтверждение",
            "<p>Докажите, что вы человек. Решите пример: 7 + 5 = </p><form><input name='a'></form>",
        ),
    ),
    Sample(
        "kk cap",
        Outcome.CAPTCHA,
        page(
            "Растау",
            "<p>Сіз робот емессіз бе? Суреттегі кодты теріңіз</p><form><input name=a></form>",
        ),
    ),
    Sample(
        "login en",
        Outcome.LOGIN_WALL,
        page(
            "Nemesis | Sign in",
            "<form>Username<input>Password<input type=password><button>Sign "
            "In</button></form><p>New here? <a href='/signup'>Create an account</a></p>",
        ),
    ),
    Sample(
        "login ru2",
        Outcome.LOGIN_WALL,
        page(
            "OMG!OMG!",
            "<p>Авторизация</p><form><input placeholder='Логин'><input type=password "
            "placeholder='Пароль'><button>Войти на сайт</button></form><a href='/reg'>Создать "
            "аккаунт</a><p>© 2026 OMG</p>",
        ),
    ),
    Sample(
        "invite",
        Outcome.LOGIN_WALL,
        page(
            "Private",
            "<form><h2>Members only</h2>Email <input> Password <input type=password> Invite code "
            "<input><button>Enter</button></form>",
        ),
    ),
    Sample(
        "seized nca",
        Outcome.SEIZED,
        page(
            "Site seized",
            "<p>This site is now under the control of the National Crime Agency. It was seized in "
            "an international law enforcement operation.</p>",
        ),
    ),
    Sample(
        "seized op",
        Outcome.SEIZED,
        page(
            "Operation Dark HunTor",
            "<h1>This service has been taken down</h1><p>by Europol and the Dutch Police. All user "
            "data is being analysed.</p>",
        ),
    ),
    Sample(
        "seized ice",
        Outcome.SEIZED,
        page(
            "",
            "<p>This domain name has been seized by ICE - Homeland Security Investigations "
            "pursuant to a seizure warrant</p>",
        ),
    ),
    Sample(
        "ru seized fsb",
        Outcome.SEIZED,
        page(
            "Ресурс закрыт",
            "<p>Деятельность интернет-магазина пресечена сотрудниками МВД России. Сервер магазина "
            "конфискован, организаторы задержаны.</p>",
        ),
    ),
    Sample(
        "ru mvd kz",
        Outcome.SEIZED,
        page(
            "МВД РК",
            "<p>Интернет-ресурс закрыт правоохранительными органами Республики Казахстан. Ведётся "
            "следствие.</p>",
        ),
    ),
    Sample(
        "kk seized", Outcome.SEIZED, page("ІІМ", "<p>Бұл сайт полиция тарапынан тәркіленді</p>")
    ),
    Sample(
        "kz block",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Blocked",
            "<p>Доступ к данному интернет-ресурсу приостановлен по предписанию уполномоченного "
            "органа РК.</p>",
        ),
    ),
    Sample(
        "kz block2",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Внимание!",
            "<p>Уважаемый пользователь! Данный сайт заблокирован на территории Республики "
            "Казахстан.</p>",
        ),
    ),
    Sample(
        "ru mgts",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Доступ к сайту заблокирован",
            "<p>Доступ к запрашиваемому сайту заблокирован в соответствии с требованиями "
            "законодательства Российской Федерации.</p>",
        ),
    ),
    Sample(
        "ru bel",
        Outcome.BLOCKED_ON_THE_WAY,
        page("Блокировка", "<p>Сайт заблокирован по решению Роскомнадзора</p>"),
    ),
    Sample(
        "kk blk",
        Outcome.BLOCKED_ON_THE_WAY,
        page("Бұғатталған", "<p>Сайтқа кіру сот шешімімен шектелген</p>"),
    ),
    Sample(
        "en isp",
        Outcome.BLOCKED_ON_THE_WAY,
        page(
            "Website blocked",
            "<p>Access to this website has been blocked by your internet service provider "
            "following a court order.</p>",
        ),
    ),
    Sample(
        "dan",
        Outcome.PARKED,
        page(
            "lavka.test is for sale",
            "<h1>The domain name lavka.test is for sale!</h1><p>Buy now $1,495</p><script "
            "src='https://dan.com/x.js'></script>",
        ),
    ),
    Sample(
        "godaddy",
        Outcome.PARKED,
        page(
            "lavka.test",
            "<p>This domain is parked free, courtesy of GoDaddy.com. Get this domain.</p>",
        ),
    ),
    Sample(
        "timeweb",
        Outcome.PARKED,
        page(
            "Сайт в разработке",
            "<p>Домен не привязан к сайту на хостинге. Если вы владелец, добавьте его в панели "
            "управления.</p>",
        ),
    ),
    Sample(
        "bodis",
        Outcome.PARKED,
        page(
            "lavka.test",
            "<p>The owner of this domain may be willing to sell. Inquire now. This domain may be "
            "for sale.</p><script src='https://www.bodis.com/p.js'>",
        ),
    ),
    Sample(
        "nic ru",
        Outcome.PARKED,
        page(
            "Домен зарегистрирован",
            "<p>Домен lavka.test зарегистрирован, но сайт ещё не размещён. Услуги предоставлены "
            "nic.ru</p>",
        ),
    ),
    Sample(
        "centos",
        Outcome.DEFAULT_PAGE,
        page(
            "HTTP Server Test Page powered by CentOS",
            "<h1>Testing 123..</h1><p>This page is used to test the proper operation of the HTTP "
            "server after it has been installed.</p>",
        ),
    ),
    Sample(
        "nginx fedora",
        Outcome.DEFAULT_PAGE,
        page(
            "Welcome to nginx!",
            "<h1>Welcome to nginx!</h1><p>If you see this page, nginx is successfully installed "
            "and working. Further configuration is required.</p>",
        ),
    ),
    Sample(
        "iis",
        Outcome.DEFAULT_PAGE,
        page(
            "IIS Windows Server",
            "<a href='http://go.microsoft.com'><img src='iisstart.png' alt='IIS'></a>",
        ),
    ),
    Sample(
        "isp",
        Outcome.DEFAULT_PAGE,
        page(
            "Сайт создан", "<p>Сайт успешно создан и настроен. Разместите файлы в каталог www.</p>"
        ),
    ),
    Sample(
        "404 ru",
        Outcome.NOT_FOUND,
        page("Страница не найдена — Лавка", "<p>Запрашиваемая страница не найдена</p>"),
    ),
    Sample(
        "404 en",
        Outcome.NOT_FOUND,
        page(
            "404 - File or directory not found.",
            "<h2>404 - File or directory not found.</h2><h3>The resource you are looking for might "
            "have been removed, had its name changed, or is temporarily unavailable.</h3>",
        ),
    ),
    Sample(
        "502",
        Outcome.HTTP_ERROR,
        page(
            "502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>"
        ),
    ),
    Sample(
        "521",
        Outcome.HTTP_ERROR,
        page(
            "lavka.test | 521: Web server is down",
            "<div id='cf-error-details'>Web server is down Error code 521</div>",
        ),
    ),
    Sample(
        "hosting ru",
        Outcome.HTTP_ERROR,
        page(
            "Хостинг-аккаунт заблокирован",
            "<p>Аккаунт заблокирован за неуплату. Обратитесь в службу поддержки хостинга.</p>",
        ),
    ),
    Sample(
        "maint",
        Outcome.HTTP_ERROR,
        page(
            "Maintenance",
            "<p>The site is currently undergoing scheduled maintenance. We'll be back soon.</p>",
        ),
    ),
    Sample(
        "403 ru",
        Outcome.FORBIDDEN,
        page("Доступ запрещён", "<p>У вас нет прав для просмотра этой страницы.</p>"),
    ),
)
