"""Where made-up sellers are: their addresses, what they write, what people made of them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.review.console.whole.madeup import texts

ONION = "onion:2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"


@dataclass(frozen=True, slots=True)
class Place:
    """A target with its text. ``night`` is in which night it is found, counted back from the last;
    ``said`` are the verdicts, one letter each by the next person: c, d, e."""

    key: str
    name: str
    text: str
    city: str
    night: int
    said: str = ""
    contact: str = "@sample_oper"


def _shop(host: str, name: str, text: str, city: str, night: int, said: str = "") -> Place:
    return Place(f"host:{host}.test", name, text, city, night, said, f"@{host.replace('-', '_')}")


def _mirror(number: int, night: int, said: str = "") -> Place:
    host = f"host:polyarnaya-zvezda{number}.test"
    name = "Полярная звезда"
    return Place(host, name, texts.SHOP, "Астана", night, said, "@polyarnaya_oper")


PLACES = (
    _shop("severny-veter", "Северный ветер", texts.SHOP, "Павлодар", 5, "cc"),
    _shop("dala-bazary", "Дала базары", texts.KAZAKH, "Шымкент", 5, "cc"),
    _shop("open-steppe", "Open Steppe", texts.ENGLISH, "Almaty", 5, "cdc"),
    _shop("tihaya-gavan", "Тихая гавань", texts.MASKED, "Атырау", 5, "cc"),
    _shop("gorod-vestnik", "Городской вестник", texts.MASKED, "Костанай", 5, "dd"),
    _shop("zelyony-mys", "Зелёный мыс", texts.SHOP, "Актау", 4, "cc"),
    _shop("altyn-kapsula", "Алтын капсула", texts.KAZAKH, "Тараз", 4, "cc"),
    _shop("night-garden", "Night Garden", texts.ENGLISH, "Astana", 4, "cc"),
    _shop("rabota-maket", "Работа рядом", texts.COURIERS, "Караганда", 4, "cc"),
    _shop("lavka-snov", "Лавка снов", texts.SHOP, "Алматы", 3, "cc"),
    _shop("kok-tas", "Көк тас", texts.KAZAKH, "Қызылорда", 3, "dd"),
    _shop("berezovy-sad", "Берёзовый сад", texts.MASKED, "Петропавловск", 3, "dc"),
    _shop("tri-kita", "Три кита", texts.SHOP, "Алматы", 2, "cc"),
    _shop("moonlit-market", "Moonlit Market", texts.ENGLISH, "Shymkent", 2, "cc"),
    _shop("stepnoy-veter", "Степной ветер", texts.SHOP, "Уральск", 2, "ec"),
    _shop("tau-guli", "Тау гүлі", texts.KAZAKH, "Алматы", 2, "h"),
    _shop("kurier-plus", "Курьер плюс", texts.COURIERS, "Семей", 1, "c"),
    _shop("almazny-rog", "Алмазный рог", texts.SHOP, "Актобе", 1, "c"),
    _shop("belaya-noch", "Белая ночь", texts.SHOP, "Усть-Каменогорск", 1, "d"),
    _mirror(1, 1, "cc"),
    _mirror(2, 1),
    _mirror(3, 0),
    _mirror(4, 0),
    Place(ONION, "Подземка", texts.MASKED, "Алматы", 0),
    _shop("ledyanoy-dom", "Ледяной дом", texts.SHOP, "Алматы", 0),
    _shop("zhuldyz-tun", "Жұлдыз түн", texts.KAZAKH, "Астана", 0),
    _shop("silver-lake", "Silver Lake", texts.ENGLISH, "Almaty", 0),
    _shop("krasny-klen", "Красный клён", texts.COURIERS, "Шымкент", 0),
    _shop("novosti-dnya", "Новости дня", texts.NEWS, "Алматы", 0),
    _shop("pogovorim", "Поговорим", texts.FORUM, "Алматы", 0),
)
CHANNEL, CHANNEL_NAME = "telegram:1700000042", "nochnaya_smena_kz"
