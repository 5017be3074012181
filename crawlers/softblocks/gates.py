"""What a visitor has to pass: browser checks and queues, captchas, log-in forms."""

from __future__ import annotations

import re

from crawlers.softblocks.sight import Found, Sight
from crawlers.softblocks.vendors import CAPTCHAS, GATES
from domain.captures import Outcome

_END = r"\s*(?:\.{1,3}|…|!)?\s*(?:[|—–:-]\s*[\w. -]{1,60})?$"
_GATE_TITLE = re.compile(
    r"^(?:just a moment|one moment,? please|please wait|ddos-guard|attention required"
    r"|checking your browser|security check|verifying your connection|making sure you're not a bot"
    r"|ddos[ -]protection|один момент|подождите(?:,? пожалуйста)?|пожалуйста,? подождите"
    r"|проверка (?:вашего )?браузера|проверка безопасности|проверка соединения|защита от ddos"
    r"|браузерді тексеру|қауіпсіздікті тексеру|күте тұрыңыз)"
    + _END
    + r"|access denied \| [^|]{1,80} used cloudflare|^attention required! \| cloudflare"
    r"|\b(?:access queue|waiting room)\b|^(?:you are in (?:a |the )?queue|вы в очереди)"
)
_GATE_TEXT = re.compile(
    r"checking (?:if the site connection is secure|your browser)|ddos protection by"
    r"|(?:verify|verifying|confirm) (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies to continue|needs to review the security of your connection"
    r"|you have been blocked|you are unable to access|security service to protect itself"
    r"|this process is automatic\. your browser will redirect"
    r"|(?:you (?:have been |are )?(?:placed )?in (?:a |the )?queue|your (?:place"
    r"|position) in (?:the )?queue"
    r"|estimated wait(?:ing)? time)"
    r"|провер(?:яем|яется|ка) (?:безопасность |вашего? |ваш )?(?:браузер|подключени|соединени)"
    r"|подтвердите,? что вы человек|проверить безопасность вашего подключения"
    r"|мы проверяем,? что вы не (?:робот|бот)|запрос (?:был )?заблокирован системой"
    r"|вы (?:находитесь )?в очереди|ваше место в очереди|время ожидания"
    r"|браузеріңіз(?:ді)? тексер|браузерді тексер|кезекте тұрсыз|қосылымыңыз\w* қауіпсіздігі"
)
_GATE_WORDS = re.compile(
    r"brows|javascript|cookie|secur|protect|ddos|robot|\bbots?\b|human|verif|check|wait|second"
    r"|moment|redirect|refresh|queue|forward|ray id|\bip\b|request|access|block|denied|error|owner"
    r"|captcha|challenge|automat|enabl|continue|perform|tor network|platform|loaded|mirror"
    r"|cloudflare"
    r"|браузер|провер|защит|безопасн|подожд|секунд|робот|человек|запрос|доступ|заблок|очеред|ожида"
    r"|перенаправ|обнов|автоматич|страниц|подключ|соедин|администрат|включите|момент"
    r"|тексер|күт|секунд|қауіпсіз|кезек|қосыл|автоматты"
)

_CAPTCHA_WORDS = re.compile(
    r"(?:enter|type|solve|complete|fill in) (?:the |this )?(?:captcha|characters|code|text|letters"
    r"|symbols)"
    r"|(?:prove|confirm|verify) (?:that )?(?:you're|you are) (?:not a (?:ro)?bot|(?:a )?human)"
    r"|(?:i'?m|i am|you are|you're) not a robot|security (?:code|check)|complete the (?:check"
    r"|challenge)"
    r"|(?:select|choose|enter|set) the (?:correct )?time|time on the clock|odd one out"
    r"|click (?:on )?(?:the )?(?:image|picture|circle|button|icon)[^.\n]{0,60}(?:not|human|open"
    r"|different|continue|odd)"
    r"|(?:введите|наберите|укажите) (?:код|символы|текст|цифры|буквы|капчу)"
    r"|(?:пройдите|решите|разгадайте|введите) (?:проверку|капчу)|(?:я|вы) не (?:робот|бот)"
    r"|(?:подтвердите|докажите),? что (?:вы|запросы)|решите (?:пример|задачу)|(?:выберите"
    r"|укажите) (?:все |правильное )?(?:картинк"
    r"|изображени|время)"
    r"|(?:суреттегі|кодты|таңбаларды|сандарды) [^.\n]{0,40}(?:енгіз|теріңіз)"
    r"|мен робот емеспін|робот емес(?:тігіңізді|екеніңізді|сіз)"
)
_CAPTCHA_VOCABULARY = re.compile(
    r"captcha|robot|\bbots?\b|human|secur|verif|code|charact|letter|symbol|image|picture|clock|time"
    r"|click|select|refresh|reload|continue|submit|check|challenge|protect|ddos|cookie|javascript"
    r"|odd one|solve|type the|enter the|step|try again|expire|access"
    r"|капч|робот|\bбот|код|символ|картинк|изображ|цифр|букв|провер|защит|подтверд|обновит|отправит"
    r"|продолж|запрос|человек|\bок\b|введите|время|часах|ещ[её] раз"
    r"|таңба|сурет|енгіз|робот|тексер|растау|жалғастыр|жіберу|кодты"
)

_LOGIN_WORDS = re.compile(
    r"log ?in|sign ?in|log ?on|password|username|member|войти|войдите|вход|авториз|логин|пароль"
    r"|имя пользователя|зарегистрир|кіру|құпия ?сөз"
)
_LOGIN_TITLE = re.compile(
    r"^(?:please )?(?:log ?in|sign ?in|log ?on|authori[sz]ation|members? (?:area|only)|вход|войти"
    r"|авторизация|кіру)\b|[|—–·:-] ?(?:log ?in|sign ?in|вход|авторизация|кіру)$"
)
_LOGIN_VOCABULARY = re.compile(
    r"log|sign|passw|user|member|account|regist|remember|forgot|e-?mail|captcha|code|2fa|pgp"
    r"|\bpin\b"
    r"|welcome|continue|secur|enter|create|invit|required|©|copyright|rights reserved|powered by"
    r"|войти|войд|вход|авториз|логин|парол|пользоват|регистр|запомн|забыл|кабинет|аккаунт|почт|код"
    r"|добро пожаловать|продолж|введите|приглаш|имя"
    r"|кіру|кіріңіз|құпия|тіркел|пайдалан|есте сақта|ұмыт|сөз"
)
#: A vendor's page may tell of a server behind it that is down.
_FAILED = re.compile(r"error code:? 5\d\d|web server is down|timed out")
#: Beside the form that asks who one is, so much of its text may come before it.
_FORM_COMES_EARLY = 200
_AT_ONCE = 50


def vendors_gate(sight: Sight) -> Found | None:
    """A browser check, queue or denial that bears its vendor's mark."""
    if sight.headers.get("cf-mitigated") == "challenge":
        return _gate(marked=True)
    if sight.length > 2_500 or not (GATES.search(sight.markup) or _header_marks(sight)):
        return None
    said = _GATE_TITLE.search(sight.title) or _GATE_TEXT.search(sight.first_words)
    silent = len(sight.text) < 60 and not _FAILED.search(sight.text)
    return _gate(marked=True) if said or silent or _is_forbidden(sight) else None


def waiting(sight: Sight) -> Found | None:
    """The same by what it says."""
    if sight.length > 1_500:
        return None
    named, said = bool(_GATE_TITLE.search(sight.title)), bool(_GATE_TEXT.search(sight.first_words))
    return _gate(marked=named and said) if named or said else None


def captcha(sight: Sight) -> Found | None:
    if sight.length > 3_000:
        return None
    marked, said = bool(CAPTCHAS.search(sight.markup)), sight.opens_with(_CAPTCHA_WORDS)
    if not (said and (marked or sight.asks())) and not (marked and len(sight.text) < 250):
        return None
    # An order form has its captcha at its end, a captcha says at once what it wants.
    words = _CAPTCHA_WORDS.search(sight.first_words)
    at_once = _CAPTCHA_WORDS.search(sight.title) or (words and words.start() < _AT_ONCE)
    return Found(Outcome.CAPTCHA, "captcha", marked and bool(at_once), _CAPTCHA_VOCABULARY)


def login(sight: Sight) -> Found | None:
    if not sight.page.passwords or sight.length > 3_000:
        return None
    titled = bool(_LOGIN_TITLE.search(sight.title))
    early = bool(_LOGIN_WORDS.search(sight.text[:_FORM_COMES_EARLY]))
    if not titled and not early:
        return None
    return Found(Outcome.LOGIN_WALL, "login form", titled, _LOGIN_VOCABULARY)


def _gate(*, marked: bool) -> Found:
    return Found(Outcome.INTERSTITIAL, "browser check", marked, _GATE_WORDS)


def _header_marks(sight: Sight) -> bool:
    server = sight.headers.get("server", "").casefold()
    return server in {"ddos-guard", "qrator", "stormwall"} or "x-qrator" in sight.headers


def _is_forbidden(sight: Sight) -> bool:
    denials = (
        "403",
        "sucuri website firewall",
        "http 403",
        "forbidden",
        "access denied",
        "доступ запрещ",
    )
    return sight.title.startswith(denials)
