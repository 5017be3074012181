"""Pages of the table that stand in a site's place: notices, blocks on the way, parked domains."""

from __future__ import annotations

from domain.captures import Outcome
from tests.crawlers.softblocks.pages import Sample, page

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
