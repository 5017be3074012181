"""Pages that answer with 200 and are not the page: captcha, login wall, parked domain and so on.

Each rule needs a page that is *about* the obstacle: its words stand in the title, or the page has
little else to say. A page that merely mentions a captcha passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawlers.extraction import Page
from domain.captures import Outcome

_HEAD_OF_MARKUP = 60_000
_FIRST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the way, and which rule saw it."""

    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What the rules look at. ``title``, ``text`` and ``markup`` are in lower case."""

    page: Page
    title: str
    text: str
    markup: str
    headers: Mapping[str, str]

    def opens_with(self, pattern: re.Pattern[str]) -> bool:
        """Whether title or first words match."""
        return bool(pattern.search(self.title) or pattern.search(self.text[:_FIRST_WORDS]))

    def is_short(self, characters: int, links: int) -> bool:
        return len(self.text) < characters and len(self.page.document.links) < links


def recognise(page: Page, markup: str, headers: Mapping[str, str]) -> Block | None:
    """What stands in the way on ``page``, or None for a page of its own.

    ``markup`` is the HTML it was read from; ``headers`` have names in lower case.
    """
    sight = Sight(
        page,
        page.document.title.casefold(),
        page.document.text.casefold(),
        markup[:_HEAD_OF_MARKUP].casefold(),
        headers,
    )
    for outcome, detail, rule in _RULES:
        if rule(sight):
            return Block(outcome, detail)
    return None


_SEIZED = re.compile(
    r"\bth(is|e following) (hidden |web ?|tor )?(site|domain|service|market\w*)[^.\n]{0,60}"
    r"(has|have) been seized"
    r"|\b(этот|данный|настоящий) (веб-?)?(сайт|домен|ресурс)[^.\n]{0,60}"
    r"(изъят|арестован|конфискован|закрыт\w* правоохранительн)"
    r"|\bбұл (сайт|домен)[^.\n]{0,60}тәркіленді"
)
_CHALLENGE_TITLE = re.compile(
    r"^(just a moment|ddos-guard|attention required! \| cloudflare|please wait\.\.\."
    r"|checking your browser|один момент|проверка браузера|подождите)"
)
_CHALLENGE_TEXT = re.compile(
    r"checking (if the site connection is secure|your browser)|ddos protection by"
    r"|verifying you are human|проверяем ваш браузер|проверка (вашего )?браузера"
    r"|защита от ddos|enable javascript and cookies to continue"
)
_CHALLENGE_MARKS = re.compile(
    r"cdn-cgi/challenge-platform|cf-chl-|cf_chl_|ddos-guard\.net|check\.ddos-guard|__ddg\w*_"
)
_CAPTCHA_MARKS = re.compile(
    r"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|smart-?captcha"
    r"|name=[\"']?[\w\[\]-]*captcha|src=[\"']?[^\"'>]*captcha"
)
_CAPTCHA_WORDS = re.compile(
    r"(enter|type|solve|complete) (the |this )?(captcha|characters|code|text|letters)"
    r"[^.\n]{0,40}(image|picture|below|above|shown|captcha|continue)?"
    r"|(prove|confirm|verify) (that )?you('re| are) (not a robot|human)|i'?m not a robot"
    r"|(введите|наберите|укажите) (код|символы|текст|цифры|буквы|капчу)"
    r"|(пройдите|решите|разгадайте) (проверку|капчу)|я не робот|вы не робот|вы не бот"
    r"|(суреттегі|кодты) [^.\n]{0,20}енгізіңіз|мен робот емеспін"
)
_LOGIN_WORDS = re.compile(
    r"log ?in|sign ?in|log ?on|password|member|войти|войдите|вход|авториз|логин|пароль"
    r"|зарегистрир|кіру|құпия ?сөз"
)
_LOGIN_TITLE = re.compile(
    r"^(log ?in|sign ?in|login|authorization|вход|войти|авторизация|кіру)\b"
    r"|[|—–·-] ?(log ?in|sign ?in|вход|авторизация|кіру)$"
)
_PARKED = re.compile(
    r"(this |the )?domain( name)? ([\w.-]+ )?(is|may be) (parked|for sale)|buy this domain"
    r"|domain (is )?parked|parked (free|domain)|this domain (was|has been) registered"
    r"|(домен|доменное имя)[^.\n]{0,40}(прода[её]тся|припаркован|выставлен на продажу)"
    r"|купить (этот )?домен|домен сатылады"
)
_DEFAULT_TITLE = re.compile(
    r"^(welcome to nginx!?|apache\d? (ubuntu|debian|http server)[\w ]*(default|test) page.*"
    r"|test page for the .*|iis windows( server)?|it works!?|default (web site )?page.*"
    r"|welcome to (centos|openresty!?|caddy)|web server's default page|plesk .*default.*)$"
)
_MISSING = re.compile(
    r"^(error )?404\b|(page|file) (was )?not found|страница не (найдена|существует)"
    r"|бет табылмады|^not found$"
)
_BROKEN = re.compile(
    r"^(error )?50[0234]\b|internal server error|service (temporarily )?unavailable|bad gateway"
    r"|error establishing a database connection|account (has been )?suspended"
    r"|сайт временно недоступен|аккаунт заблокирован|ведутся технические работы"
    r"|хостинг[^.\n]{0,40}(приостановлен|заблокирован)"
)


def _seized(sight: Sight) -> bool:
    return sight.is_short(3_000, 10) and sight.opens_with(_SEIZED)


def _challenge(sight: Sight) -> bool:
    if sight.headers.get("cf-mitigated") == "challenge":
        return True
    if not sight.is_short(1_500, 15):
        return False
    marked = bool(_CHALLENGE_MARKS.search(sight.markup))
    named = bool(_CHALLENGE_TITLE.search(sight.title))
    said = bool(_CHALLENGE_TEXT.search(sight.text[:_FIRST_WORDS]))
    return marked + named + said >= 2 or ((named or said) and sight.is_short(300, 5))


def _captcha(sight: Sight) -> bool:
    if not sight.is_short(1_200, 15):
        return False
    marked = bool(_CAPTCHA_MARKS.search(sight.markup))
    said = sight.opens_with(_CAPTCHA_WORDS)
    asked = sight.page.forms > 0 or "<input" in sight.markup
    return (
        (marked and said)
        or (marked and sight.is_short(250, 6))
        or (said and asked and sight.is_short(500, 6))
    )


def _login(sight: Sight) -> bool:
    if not sight.page.passwords:
        return False
    if _LOGIN_TITLE.search(sight.title) and sight.is_short(1_500, 20):
        return True
    return sight.is_short(600, 12) and sight.opens_with(_LOGIN_WORDS)


def _parked(sight: Sight) -> bool:
    return sight.is_short(1_500, 40) and sight.opens_with(_PARKED)


def _default(sight: Sight) -> bool:
    return bool(_DEFAULT_TITLE.match(sight.title)) and len(sight.text) < 6_000


def _missing(sight: Sight) -> bool:
    return sight.is_short(600, 25) and sight.opens_with(_MISSING)


def _broken(sight: Sight) -> bool:
    return sight.is_short(600, 15) and sight.opens_with(_BROKEN)


def _empty(sight: Sight) -> bool:
    return len(sight.text) < 3


_RULES: tuple[tuple[Outcome, str, Callable[[Sight], bool]], ...] = (
    (Outcome.SEIZED, "seizure notice", _seized),
    (Outcome.INTERSTITIAL, "browser check", _challenge),
    (Outcome.CAPTCHA, "captcha", _captcha),
    (Outcome.PARKED, "parked domain", _parked),
    (Outcome.LOGIN_WALL, "login form", _login),
    (Outcome.DEFAULT_PAGE, "default server page", _default),
    (Outcome.NOT_FOUND, "says not found", _missing),
    (Outcome.HTTP_ERROR, "says it is broken", _broken),
    (Outcome.EMPTY, "no text", _empty),
)
