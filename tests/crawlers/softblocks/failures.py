"""Pages of the table that servers show when there is no site, or it fails."""

from __future__ import annotations

from domain.captures import Outcome
from tests.crawlers.softblocks.pages import Sample, page

_CF_STYLE = '<link rel="stylesheet" href="/cdn-cgi/styles/cf.errors.css">'

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
