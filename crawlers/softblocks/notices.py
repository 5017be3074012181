"""What stands in a site's place: notices of authorities, of providers on our way, of registrars."""

from __future__ import annotations

import re

from crawlers.softblocks.sight import Found, Sight
from crawlers.softblocks.vendors import PARKING
from domain.captures import Outcome

#: Said of others: news and forums write so, notices do not.
_REPORTED = re.compile(
    r"сообща(?:ет|ют|ли|ется)|сообщил|пишут? |пишет|передает|передаёт|по данным|рассказал|новост"
    r"|читайте"
    r"|reports?\b|reported|according to|\bsaid\b|told|newspaper|\bnews\b|хабарлады|жазды|жаңалық"
)
_THING = (
    r"(?:(?:hidden |web ?|tor |onion |this |criminal )?(?:site|website|domain(?: name)?|service"
    r"|server"
    r"|platform|market(?:place)?|forum|infrastructure))"
)
_SEIZED = re.compile(
    rf"\b(?:this|the|these|following) (?:following )?{_THING}s?\b[^\n]{{0,120}}\b(?:has|have|was"
    rf"|were) been"
    rf" (?:seized|confiscated|taken (?:down|over))"
    rf"|\b(?:this|the) (?:following )?{_THING}\b[^\n]{{0,60}}\b(?:was|is) (?:seized|shut down"
    rf"|taken down) by"
    rf"|\b(?:this|the) (?:following )?{_THING}\b[^\n]{{0,40}}\bunder (?:the )?control of (?:the )?"
    r"(?:law|police|national|fbi|federal|authorit)"
    r"|wurden? beschlagnahmt|diese (?:webseite|domain)[^\n]{0,60}beschlagnahmt"
    r"|(?:сайт|домен|ресурс|сервер\w{0,2}|площадк\w|платформ\w|маркетплейс)\b[^.\n]{0,80}"
    r"(?:изъят|арестован|конфискован|закрыт\w{0,3} (?:правоохран|мвд|фсб|полици))"
    r"|(?:сайт|домен|ресурс|сервер|платформа)[^.\n]{0,80}тәркіленді"
    r"|(?:сайт|домен|ресурс|сервер|платформа)[^.\n]{0,20}(?:құқық қорғау|полиция|ішкі істер|ұқк"
    r"|іім)"
    r"[^.\n]{0,80}(?:бұғатталды|бұғатталған|жабылды)"
)
_AUTHORITY = re.compile(
    r"\bfbi\b|federal|homeland|europol|interpol|police|polizei|law enforcement"
    r"|department of justice"
    r"|prosecutor|warrant|national crime agency|\bbka\b|bundeskriminalamt|\birs\b|\bice\b|operation"
    r"|\bмвд\b|\bфсб\b|\bфбр\b|\bкнб\b|полици|правоохран|прокур|уголовн|следств"
    r"|құқық қорғау|ішкі істер|ұқк|прокуратура|қылмыстық"
)
_SEIZURE_WORDS = re.compile(
    r"seiz|law|warrant|court|police|investigat|authorit|federal|agency|operation|domain|site"
    r"|justice"
    r"|crim|arrest|prosecut|interpol|europol|bureau|attorney|enforcement|identif|database|visit"
    r"|изъят|арест|конфиск|мвд|фсб|полици|правоохран|прокур|уголовн|следств|суд|закон|кодекс|ресурс"
    r"|сайт|внимание|органа|республик|доступ|тәркілен|бұғат|құқық|полиция|заң|сот|қылмыс|назар"
    r"|beschlagnahm|polizei|bundes"
)

_NO_ACCESS = re.compile(
    r"(?:доступ|вход)\b[^.\n]{0,120}(?:ограничен|заблокирован|запрещ[её]н|прекращ[её]н|закрыт"
    r"|приостановлен)"
    r"|(?:ресурс|сайт|страница)\b[^.\n]{0,80}(?:заблокирован|внес[её]н в (?:единый )?реестр)"
    r"|(?:қол ?жеткізу|қолжетімділік|кіру|ресурс|сайт)\b[^.\n]{0,120}"
    r"(?:шектел|бұғаттал|жабыл|тоқтатыл|тыйым салын)"
    r"|access\b[^.\n]{0,120}(?:restricted|blocked|denied|limited|prohibited|suspended)"
    r"|(?:site|page|resource|website)\b[^.\n]{0,60}(?:is|has been|was) blocked"
)
_BY_STATE = re.compile(
    r"роскомнадзор|149-фз|федеральн\w{1,3} закон|eais\.rkn|rkn\.gov\.ru|единый реестр"
    r"|реестр\w{0,2} запрещ"
    r"|реестр доменных имен|уполномоченн\w{1,3} орган|генеральн\w{1,3} прокур|решени\w{1,2} суда"
    r"|органов? государственной власти|законодательств\w{0,2} (?:республики казахстан|рк\b"
    r"|российск)"
    r"|на территории (?:республики казахстан|рк\b|российской федерации|рф\b|казахстана)"
    r"|оператор\w{0,2} связи|интернет-?провайдер|министерств\w{1,2} [^.\n]{0,40}информац"
    r"|қр аумағында|қазақстан республикасы|уәкілетті орган|сот(?:тың)? шешім|заңнама"
    r"|байланыс оператор"
    r"|in the territory of|republic of kazakhstan|russian federation|court (?:order|decision"
    r"|ruling)"
    r"|(?:under|with) the (?:law|legislation)|state (?:authorit|bod)|internet (?:service )?provider"
    r"|your (?:isp|provider|network operator)|legal (?:reasons|grounds)|competent authorit"
)
_STATE_WORDS = re.compile(
    r"доступ|огранич|заблокир|блокиров|реестр|закон|федерал|суд|орган|оператор|провайдер|связи"
    r"|ресурс"
    r"|сайт|уважаем|абонент|абз|информац|решени|территор|республик|министер|роском|провер|причин"
    r"|қол ?жеткіз|қолжетім|шектел|бұғат|заң|сот|орган|ресурс|аумағ|оператор|министрлі"
    r"|access|block|restrict|law|court|authorit|provider|operator|legal|resource|site|territor"
    r"|state"
)

_FOR_SALE = re.compile(
    r"domain(?: name)?s? (?:[\w.-]{1,80} )?(?:is|are|may be) (?:\w{1,10} )?(?:parked|for sale"
    r"|available)"
    r"|buy this domain|(?:this )?domain (?:is |has been )?parked|parked (?:free|domain)"
    r"|this domain (?:was|has been|is) (?:recently )?registered|is your first and best source"
    r"|(?:домен|доменное имя)\b[^\n]{0,80}(?:прода[её]тся|припаркован|выставлен\w? на продажу"
    r"|не прилинкован"
    r"|не подключ[её]н к хостингу|не привязан|свободен|зарегистрирован,? но)"
    r"|купить этот домен|домен(?:нің)? сатылады|домен сатылымда"
    r"|домен\b[^\n]{0,60}(?:тұраққа|тіркелген)"
)
_DOMAIN_WORDS = re.compile(
    r"domain|hosting|regist|\bpark|related search|sponsor|listing|first and best|you(?:'"
    r"|’)re looking"
    r"|searching for|owner|whois|sedo|coming soon|privacy|appraisal|lease to own|inquire"
    r"|домен|хостинг|регистр|reg\.ru|припарк|владел|сервер|директор|панел|прилинк|разместит|размещ"
    r"|тірке"
)


def seized(sight: Sight) -> Found | None:
    """A seizure notice: it says so in its title or first words, and by whose hand."""
    if sight.length > 5_000 or not sight.opens_with(_SEIZED):
        return None
    if _REPORTED.search(sight.title) or _REPORTED.search(sight.text):
        return None
    marked = bool(_AUTHORITY.search(sight.text))
    return Found(Outcome.SEIZED, "seizure notice", marked, _SEIZURE_WORDS)


def blocked_on_the_way(sight: Sight) -> Found | None:
    """The page of a state or a provider, shown between us and the site."""
    if sight.length > 5_000 or not sight.opens_with(_NO_ACCESS):
        return None
    grounds = {match[0] for match in _BY_STATE.finditer(sight.text)}
    if not grounds or _REPORTED.search(sight.text):
        return None
    marked = len(grounds) > 1 or bool(_NO_ACCESS.search(sight.title))
    return Found(Outcome.BLOCKED_ON_THE_WAY, "blocked by a state or provider", marked, _STATE_WORDS)


def parked(sight: Sight) -> Found | None:
    """A domain without a site, or for sale."""
    if sight.length > 5_000 or not sight.opens_with(_FOR_SALE):
        return None
    vendor = bool(PARKING.search(sight.markup) or PARKING.search(sight.text))
    at_once = _FOR_SALE.search(sight.title) or _FOR_SALE.search(sight.text[:150])
    return Found(Outcome.PARKED, "parked domain", vendor or bool(at_once), _DOMAIN_WORDS)
