"""Pages of servers: the one they show before they have a site, and those that tell of failures."""

from __future__ import annotations

import re

from crawlers.softblocks.sight import Found, Sight
from domain.captures import Outcome

_DEFAULT_TITLE = re.compile(
    r"^(?:welcome to nginx!?|apache\d? (?:ubuntu|debian|http server|centos)[\w ]{0,20}"
    r"(?:default|test) page[^\n]{0,40}|test page for the [^\n]{1,80}|iis windows(?: server)?"
    r"|it works!?|default (?:web site )?page[^\n]{0,40}|http server test page[^\n]{0,40}"
    r"|welcome to (?:centos|openresty!?|caddy)|web server's default page"
    r"|plesk [^\n]{0,40}default[^\n]{0,40}"
    r"|domain default page|ispmanager[^\n]{0,40}|vesta[^\n]{0,20}|aapanel[^\n]{0,20})$"
)
_DEFAULT_TEXT = re.compile(
    r"^(?:it works!?|welcome to nginx!?)(?:\n|$)|web server is successfully installed and working"
    r"|this is the default (?:welcome |index |web )?page|default web page for this (?:server|site)"
    r"|веб-сервер [\w ]{0,30}успешно установлен|сайт (?:только что|успешно) создан"
)
_SERVER_WORDS = re.compile(
    r"nginx|apache|server|config|debian|ubuntu|install|document|index|web ?site|default|page|php"
    r"|plesk"
    r"|working|support|bug|report|module|virtual|director|root|modif|located|vendor|thank|host"
    r"|manual"
    r"|сервер|установ|настро|сайт|хостинг|страниц|файл|панел|iis|centos|caddy"
)

_END = r"\s*(?:[.!…]|[|—–:-]\s*[^\n|]{0,60})?$"
_MISSING_TITLE = re.compile(
    r"^(?:(?:http )?(?:error|ошибка|қате):? ?)?404(?:[\s:.,—–|()-]{1,3}(?:error|ошибка|not found"
    r"|(?:page|file|object) not found|страница не (?:найдена|существует)|не найден[оа]?"
    r"|бет табылмады|nginx))?(?: \|[^|\n]{0,60})?[\s!.)]{0,3}$"
    r"|^(?:(?:page|file|object) )?not found"
    + _END
    + r"|^(?:страница не (?:найдена|существует)|бет табылмады)"
    + _END
)
_MISSING_TEXT = re.compile(
    r"\b(?:page|file|url|resource|document)\b[^.\n]{0,60}(?:was not|wasn't|not|could not be"
    r"|can't be|cannot be)"
    r" found\b|\bpage\b[^.\n]{0,60}(?:does not|doesn't|no longer) exist|page (?:has been"
    r"|was) removed"
    r"|page not found|^(?:error |ошибка )?404(?:\n|$)|^not found(?:\n|$)|404 not found"
    r"|страниц\w{1,2}\b[^.\n]{0,60}не (?:найден|существует)|такой страницы (?:нет|не существует)"
    r"|страница (?:была )?удалена|ничего не найдено по этому адресу|ошибка 404"
    r"|бет табылмады|мұндай бет жоқ|бет жоқ немесе"
)
_FORBIDDEN_TITLE = re.compile(
    r"^(?:(?:http )?(?:error|ошибка):? ?)?403(?:[\s:.,—–|-]{1,3}(?:error|forbidden"
    r"|доступ запрещ[её]н"
    r"|запрещено|access denied))?"
    + _END
    + r"|^(?:forbidden|access denied|access forbidden|доступ (?:запрещ[её]н|ограничен)"
    r"|қол жеткізуге тыйым салынған)" + _END
)
_FORBIDDEN_TEXT = re.compile(
    r"don't have permission to access|do not have permission|you cannot access this page"
    r"|^(?:403 )?forbidden(?:\n|$)|access (?:to this (?:page|site|resource) )?(?:is "
    r"|has been )?(?:denied|forbidden)"
    r"|у вас нет (?:прав|доступа|разрешени)|доступ (?:к [\w ]{1,40})?запрещ[её]н|тыйым салынған"
)
_BROKEN_TITLE = re.compile(
    r"^(?:(?:http )?(?:error|ошибка):? ?)?50[0234](?:[\s:.,—–|-]{1,3}(?:error|internal server error"
    r"|bad gateway|service (?:temporarily )?unavailable|gateway time-?out))?"
    + _END
    + r"|\b5(?:0[0-4]|2[0-7]|30):? (?:connection timed out|web server is down|origin is unreachable"
    r"|a timeout occurred|web server is returning an unknown error|ssl handshake failed"
    r"|origin dns error)"
    r"|^(?:internal server error|bad gateway|service (?:temporarily )?unavailable|database error"
    r"|account suspended|under (?:construction|maintenance)|сайт (?:временно )?(?:недоступен"
    r"|отключ[её]н)"
    r"|технические работы|аккаунт заблокирован|maintenance)" + _END
)
_BROKEN_TEXT = re.compile(
    r"internal server error|service (?:is )?(?:temporarily )?unavailable|bad gateway"
    r"|error code:? 5\d\d"
    r"|error establishing a database connection|account (?:has been )?suspended"
    r"|(?:site|website) is (?:currently )?(?:down|under|undergoing|unavailable)[^.\n]{0,40}"
    r"|сайт (?:временно )?(?:недоступен|отключ[её]н|приостановлен)|аккаунт заблокирован"
    r"|ведутся технические работы|сайт[^.\n]{0,20}на (?:техническом )?обслуживании"
    r"|хостинг\w{0,2}\b[^.\n]{0,60}(?:приостановлен|заблокирован|ист[её]к|закончил|не оплачен"
    r"|отключ)"
    r"|техникалық жұмыстар|сайт уақытша (?:қолжетімсіз|жұмыс істемейді)"
)
_FAILURE_WORDS = re.compile(
    r"error|found|page|exist|remov|delet|url|server|request|forbidden|permission|denied|access"
    r"|gateway"
    r"|unavailable|maint|suspend|hosting|database|connection|timed out|time-?out|code|oops|sorry"
    r"|home"
    r"|back|try|later|contact|admin|nginx|apache|cloudflare|ray id|\bip\b|resource|search|address"
    r"|retry"
    r"|browser|host|working|soon|visit|what can i do|what happened|few minutes|owner|qrator|website"
    r"|ошибк|страниц|найден|существ|удален|сервер|запрос|доступ|запрещ|прав|недоступ|позже"
    r"|администр"
    r"|хостинг|аккаунт|технич|работы|адрес|вернит|главн|извин|к сожалению|обрат|поиск|домен|сайт"
    r"|оплат"
    r"|қате|бет |табыл|мекен|басты|техник|уақытша|кешір"
)


def default_page(sight: Sight) -> Found | None:
    titled = bool(_DEFAULT_TITLE.match(sight.title))
    said = bool(_DEFAULT_TEXT.search(sight.first_words))
    if not titled and not (said and sight.length < 1_500):
        return None
    return Found(Outcome.DEFAULT_PAGE, "default server page", titled, _SERVER_WORDS)


def missing(sight: Sight) -> Found | None:
    return _failure(sight, _MISSING_TITLE, _MISSING_TEXT, Outcome.NOT_FOUND, "says not found")


def forbidden(sight: Sight) -> Found | None:
    return _failure(sight, _FORBIDDEN_TITLE, _FORBIDDEN_TEXT, Outcome.FORBIDDEN, "says forbidden")


def broken(sight: Sight) -> Found | None:
    return _failure(sight, _BROKEN_TITLE, _BROKEN_TEXT, Outcome.HTTP_ERROR, "says it is broken")


def _failure(
    sight: Sight,
    title: re.Pattern[str],
    text: re.Pattern[str],
    outcome: Outcome,
    detail: str,
) -> Found | None:
    if sight.length > 1_500:
        return None
    titled, said = bool(title.search(sight.title)), bool(text.search(sight.text[:200]))
    if not titled and not said:
        return None
    return Found(outcome, detail, titled, _FAILURE_WORDS)
