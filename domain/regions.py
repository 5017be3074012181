"""Regions of Kazakhstan named in a text: 17 regions and 3 cities of republican significance.

Codes are those of ISO 3166-2:KZ as amended in 2022. A name that several regions share counts
for all of them: the ambiguity is left open for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from domain.lexicon import Lexicon

REGION_NAMES = {
    "KZ-10": "Abai Region", "KZ-11": "Akmola Region", "KZ-15": "Aktobe Region",
    "KZ-19": "Almaty Region", "KZ-23": "Atyrau Region", "KZ-27": "West Kazakhstan Region",
    "KZ-31": "Zhambyl Region", "KZ-33": "Zhetisu Region", "KZ-35": "Karaganda Region",
    "KZ-39": "Kostanay Region", "KZ-43": "Kyzylorda Region", "KZ-47": "Mangystau Region",
    "KZ-55": "Pavlodar Region", "KZ-59": "North Kazakhstan Region", "KZ-61": "Turkistan Region",
    "KZ-62": "Ulytau Region", "KZ-63": "East Kazakhstan Region", "KZ-71": "Astana",
    "KZ-75": "Almaty", "KZ-79": "Shymkent",
}  # fmt: skip

# code: Russian names; Kazakh names; Latin names. Adjectives of regions carry their noun, since
# "абай" alone is a street in every town and "акмола" an old name of the capital.
_GAZETTEER = {
    "KZ-10": ("область абай, абайская область, семей, семипалатинск, аягоз, курчатов абай, шар город, жарма, урджар",
              "абай облысы, семей, аягөз, аягоз, үржар", "abai region, semey, semipalatinsk, ayagoz"),
    "KZ-11": ("акмолинская область, кокшетау, щучинск, бурабай, боровое, степногорск, атбасар, косшы, макинск, есиль город, державинск, акколь",
              "ақмола облысы, көкшетау, щучинск, бурабай, степногор, атбасар, қосшы, ақкөл", "akmola region, kokshetau, stepnogorsk, kosshy, burabay"),
    "KZ-15": ("актюбинская область, актобе, актюбинск, хромтау, кандыагаш, шалкар, алга город, эмба",
              "ақтөбе облысы, ақтөбе, хромтау, қандыағаш, шалқар", "aktobe, aktyubinsk, aktobe region, khromtau"),
    "KZ-19": ("алматинская область, алматинской области, конаев, капчагай, капшагай, талгар, каскелен, есик, боралдай, узынагаш, отеген батыр",
              "алматы облысы, қонаев, қапшағай, талғар, қаскелең, есік, ұзынағаш", "almaty region, konaev, kapchagay, talgar, kaskelen"),
    "KZ-23": ("атырауская область, атырау, кульсары, жылыой, индер, гурьев", "атырау облысы, атырау, құлсары", "atyrau, atyrau region, kulsary"),
    "KZ-27": ("западно казахстанская область, зко, уральск, орал, аксай, батыс казахстан", "батыс қазақстан облысы, бқо, орал, ақсай", "west kazakhstan, uralsk, oral kazakhstan, aksai"),
    "KZ-31": ("жамбылская область, тараз, шу город, каратау, жанатас, мерке, кордай, кулан", "жамбыл облысы, тараз, қаратау, жаңатас, меркі, қордай", "zhambyl region, taraz, jambyl, korday"),
    "KZ-33": ("область жетысу, жетысуская область, талдыкорган, текели, жаркент, сарканд, ушарал, панфилов город, уштобе", "жетісу облысы, талдықорған, текелі, жаркент, сарқан, үшарал, үштөбе", "zhetysu, zhetisu, taldykorgan, taldyqorghan, zharkent"),
    "KZ-35": ("карагандинская область, караганда, карагандинский, темиртау, балхаш, сарань, шахтинск, абай город, приозерск, каркаралинск, пришахтинск, майкудук", "қарағанды облысы, қарағанды, теміртау, балқаш, саран, шахтинск, қарқаралы", "karaganda, qaraghandy, karagandy, temirtau, balkhash, saran kazakhstan"),
    "KZ-39": ("костанайская область, костанай, кустанай, рудный город, город рудный, лисаковск, житикара, аркалык, тобыл", "қостанай облысы, қостанай, рудный, лисаков, жітіқара, арқалық", "kostanay, kostanai, rudny kazakhstan, lisakovsk"),
    "KZ-43": ("кызылординская область, кызылорда, байконур, аральск, казалинск, айтеке би", "қызылорда облысы, қызылорда, байқоңыр, арал қаласы, қазалы", "kyzylorda, qyzylorda, baikonur, aralsk"),
    "KZ-47": ("мангистауская область, мангистау, актау, жанаозен, бейнеу, форт шевченко", "маңғыстау облысы, маңғыстау, ақтау, жаңаөзен, бейнеу", "mangystau, mangistau, aktau, zhanaozen"),
    "KZ-55": ("павлодарская область, павлодар, экибастуз, аксу", "павлодар облысы, павлодар, екібастұз, ақсу", "pavlodar, ekibastuz, aksu"),
    "KZ-59": ("северо казахстанская область, ско, петропавловск, тайынша, булаево", "солтүстік қазақстан облысы, сқо, петропавл, қызылжар, тайынша", "north kazakhstan, petropavl, petropavlovsk"),
    "KZ-61": ("туркестанская область, туркестан, кентау, арысь, сарыагаш, ленгер, шардара, жетысай, сайрам", "түркістан облысы, түркістан, кентау, арыс, сарыағаш, леңгер, шардара, жетісай, сайрам", "turkistan, turkestan kazakhstan, turkestan region, kentau, saryagash"),
    "KZ-62": ("область улытау, улытауская область, жезказган, сатпаев город, город сатпаев, каражал, улытау", "ұлытау облысы, жезқазған, сәтбаев қаласы, қаражал, ұлытау", "ulytau, zhezkazgan, jezkazgan, satpayev"),
    "KZ-63": ("восточно казахстанская область, вко, усть каменогорск, оскемен, риддер, зыряновск, алтай город, шемонаиха, зайсан, аксу", "шығыс қазақстан облысы, шқо, өскемен, риддер, зайсаң, ақсу", "east kazakhstan, ust kamenogorsk, oskemen, ridder"),
    "KZ-71": ("астана, астанинский, нур султан, нурсултан, целиноград", "астана, нұр сұлтан, елорда", "astana, nur sultan, nursultan"),
    "KZ-75": ("алматы, алмата, алма ата, алматинский, алмалинский район, бостандыкский район, медеуский район, ауэзовский район, турксибский район, жетысуский район, наурызбайский район, алатауский район", "алматы, медеу ауданы, бостандық ауданы, әуезов ауданы, түрксіб ауданы, алатау ауданы", "almaty, alma ata"),
    "KZ-79": ("шымкент, чимкент, шымкентский, абайский район шымкент", "шымкент", "shymkent, chimkent"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionHit:
    """A place named at ``start`` to ``end``; several ``codes`` when the name is shared."""

    start: int
    end: int
    codes: tuple[str, ...]


@lru_cache(maxsize=1)
def _places() -> Lexicon:
    tables = [
        f'["{code}"]\nkind = "place"\nru = "{ru}"\nkk = "{kk}"\nen = "{en}"'
        for code, (ru, kk, en) in _GAZETTEER.items()
    ]
    return Lexicon.parse({"gazetteer": "\n".join(tables)})


def find_regions(text: str) -> list[RegionHit]:
    """The places in normalised ``text`` (lower-case, ``е`` for ``ё``), left to right."""
    found: dict[tuple[int, int], list[str]] = {}
    for hit in _places().hits(text):
        found.setdefault((hit.start, hit.end), []).append(hit.concept.name)
    return [RegionHit(start, end, tuple(sorted(codes))) for (start, end), codes in found.items()]


def regions_of(text: str) -> tuple[str, ...]:
    """Codes of the regions named in ``text``, most often named first.

    A shared name adds nothing when one of its regions is named for certain elsewhere in the
    text; otherwise all its regions are given.
    """
    hits = find_regions(text)
    counts: dict[str, int] = {}
    for hit in hits:
        if len(hit.codes) == 1:
            counts[hit.codes[0]] = counts.get(hit.codes[0], 0) + 1
    for hit in hits:
        if len(hit.codes) > 1 and not any(code in counts for code in hit.codes):
            counts |= dict.fromkeys(hit.codes, 0)
    return tuple(sorted(counts, key=lambda code: (-counts[code], code)))
