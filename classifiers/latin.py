"""Russian and Kazakh written in Latin letters: told from English by their letter trigrams, and
written back in Cyrillic.

The trigrams are those whose frequencies differ most (log ratio, weighted by the root of their
count) between transliterated news, reviews and generated text, and English text of the pack; ``^``
and ``$`` are the edges of a word. Each counts one for its side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from classifiers.spelling import is_folded, meant_in_latin, with_kazakh_ending

WORD = re.compile(r"(?<![^\W_])[a-z]{2,}(?![^\W_])")
#: As WORD, single letters among them.
ANY_WORD = re.compile(r"(?<![^\W_])[a-z]+(?![^\W_])")
#: Letters behind a number ("15k", "2g"), and words with digits among their letters.
UNIT = re.compile(r"(?<=\d)[a-z]{1,3}(?![^\W_])")
WITH_DIGITS = re.compile(r"(?<![^\W_])(?=[a-z]*\d)[a-z][a-z0-9]{2,20}(?![^\W_])")
#: What Russian and Kazakh write in Latin letters among Cyrillic ones, too: currencies, coins,
#: units, brands of medicines, and what English calls drugs.
STAYS_LATIN = frozenset({
    "btc", "cm", "eth", "eur", "euro", "html", "http", "https", "instagram", "kzt", "ltc", "lyrica",
    "mcg", "mm", "pcs", "rub", "tel", "telegram", "trx", "ug", "usd", "usdt", "whatsapp", "www",
    "xanax", "xmr", "xtc", "hash", "pot", "weed", "speed", "coke", "kush", "haze", "ice",
})  # fmt: skip
# Fewer words are as often a list of English names as anything else: they have to be frequent ones
# nearly all, and not short, since short words are so in any language by chance.
_FEW, _LEAST, _LONG = 2, 5, 4
_OF_FEW, _OF_MANY, _SURELY = 0.75, 0.35, 0.6
# What an English word counts that no Russian one is spelt like.
_SPELT_SO = 2
_COMMON_ENGLISH = frozenset({
    "all", "and", "any", "are", "at", "be", "best", "but", "buy", "by", "can", "data", "dm",
    "for", "free", "from", "get", "good", "got", "has", "have", "here", "how", "if", "is", "it",
    "its", "just", "min", "model", "new", "not", "of", "only", "or", "order", "out", "port",
    "price", "run", "sale", "sell", "selling", "server", "set", "shipping", "so", "some",
    "stock", "test", "than", "the", "then", "there", "this", "up", "was", "we", "were", "what",
    "when", "where", "who", "will", "with", "would", "you", "your",
})  # fmt: skip
_SHORT = 3
_TRIGRAMS_OF_TRANSLITERATED = """
^ay ^dl ^dv ^ek ^et ^iz ^ka ^kl ^ko ^kr ^ky ^na ^ob ^os ^ot ^po ^ra ^sv ^tg ^vo ^vs ^vy ^za
^zh adk aem aet aga agy ak$ akl aks akt ala aln aly asn atn aty aua avk avl avt aya ayn ayt
ayu ayy az$ aza azh bez bir bol byl chi chk chn cht cii ciy da$ dey di$ dka dny dov dpi duk
ekt eln em$ eng eni enn eny erz etk eto eyi ez$ ezh fot ga$ gan gaz go$ hae hay hik hki hno
hny hod hok hto hyl ih$ ii$ ik$ ika iki iko iy$ iya iyu iz$ izd ka$ kak kal kar kay kaz kci
ki$ kim kir kiz kla ko$ kog kok kol kom kon kor kot kov koy kri ksy kte kty ku$ kur lad lda
ldy li$ lko lno lny loz lsy lya lyk lyu mef mek mi$ moz mu$ na$ nah nas nay naz nie nii nik
niy nny noe nog nov noy nya nye nyh nyn nyy nyz obr obs oby och odn odp oe$ ogo oko oku olk
oln oro osh osk osl ost osy otk otz ov$ ova ovo ovy oy$ oyy ozh pis po$ pod pok poz rab raz
rek rez ri$ rih riy rka rya ryn rzh sch shk sht ska sko sob sov stv sya syl ta$ tau tav tek
tg$ ti$ tka tki tov toy tsy tve tvo tyn tzy uda umy uyu uzh vae vay vka vle vno vo$ vod vos
voz vse vto vyb vys vyy ya$ yac yae yat yav yaz ye$ yh$ yk$ yla yly ym$ yn$ yna yny yp$ yra
yry ysh ysk ysy yt$ yta yte yu$ yut yva yy$ yyn yz$ za$ zak zal zan zde zha zhd zhe zhi zhn
zho zhu zhy zna zu$ zyv
"""
_TRIGRAMS_OF_ENGLISH = """
^ac ^an ^ca ^co ^cr ^ea ^ex ^fl ^fr ^he ^hy ^in ^it ^of ^ou ^ph ^qu ^sw ^th ^wa ^we ^wh ^wi
^wo ^yo acc ack add ain cal can car ce$ ck$ com con cou cre cro cs$ ct$ cts dic ds$ ead ear
eas ect ed$ eed eek een ell er$ ers es$ exp fec fro ful gh$ ght hea hou hyb id$ ies iew igh
ing ion is$ ith lax lea low ls$ nd$ ng$ nli not now nt$ of$ off oun our out ow$ owe own pai
pur re$ ree row rs$ scr see ss$ swe ted th$ tha the thi tio ts$ we$ wee wer whi wit wn$ you
"""
_TRANSLITERATED = frozenset(_TRIGRAMS_OF_TRANSLITERATED.split())
_ENGLISH = frozenset(_TRIGRAMS_OF_ENGLISH.split())
_KAZAKH = re.compile(
    r"(?:bar|zhane|jane|men|ushin|kerek|emes|dep|kun|kala\w*|bugin|erten|ush|bir|eki|zhok|jok|barlyk|osy|zhaz\w*|satam\w*"
    r"|\w{2,}(?:lar|ler|dar|der|tar|ter|nyn|nin|dyn|din|tyn|tin|gan|gen|dagy|degi|lyk|lik|myz|miz|ady|edi|udy|ydy))"
)
_KAZAKH_FROM = 0.15


def is_transliterated(words: Sequence[str]) -> bool:
    """Whether ``words`` (lower-case, Latin) are Russian or Kazakh rather than another language: by
    their trigrams, and by how many are frequent words when read so."""
    told = [word for word in words if word not in STAYS_LATIN]
    if len(told) < _FEW:
        return False
    balance = sum(map(_balance, told))
    known = [word for word in told if _is_known(word)]
    if len(told) < _LEAST:
        long = sum(len(word) >= _LONG for word in known)
        return balance > 0 and long >= _FEW and len(known) >= _OF_FEW * len(told)
    if balance > 0:
        return len(known) >= _OF_MANY * len(told)
    # Letters that were swapped for Latin ones first make trigrams of no language.
    return len(known) >= _SURELY * len(told) and balance >= -len(told) / 4


@lru_cache(maxsize=1 << 16)
def _is_known(word: str) -> bool:
    return word not in _COMMON_ENGLISH and is_folded(
        "".join(_readings(match)[0] for match in _LETTERS.finditer(word))
    )


def is_kazakh_in_latin(words: Sequence[str]) -> bool:
    """Whether transliterated ``words`` are Kazakh rather than Russian."""
    return sum(bool(_KAZAKH.fullmatch(word)) for word in words) >= _KAZAKH_FROM * len(words)


# Of several readings the first is the usual one. The others come of letters that were swapped for
# Latin ones of their shape before the rest was written in Latin letters.
_READ: dict[str, tuple[str, ...]] = {
    "shch": ("щ",), "sch": ("щ",), "zh": ("ж", "зн"), "kh": ("х", "кн"), "ts": ("ц", "тс"),
    "ch": ("ч", "сн"), "sh": ("ш", "сн"), "yu": ("ю", "йу"), "ju": ("ю",), "ya": ("я", "уа", "йа"),
    "ja": ("я",), "yo": ("е", "йо", "уо"), "jo": ("е",), "ye": ("е", "ые", "йе"), "je": ("е",),
    "p": ("п", "р"), "c": ("ц", "с"), "h": ("х", "н"), "b": ("б", "в"), "w": ("в", "ш"),
}  # fmt: skip
_READ |= dict(zip("avgdeziklmnorstufqjx", map(tuple, "авгдезиклмнорстуфкйх"), strict=True))
_ALONE = {"c": "с", "b": "в", "y": "у", "h": "н", "p": "р"}
_LETTERS = re.compile(r"shch|sch|zh|kh|ts|ch|sh|[yj][uaoe]|[a-z]")
_SIGNS = re.compile(rf"[yj][034]|{_LETTERS.pattern}|[0-9]")
_DIGITS = {
    "0": ("о",), "1": ("и", "л"), "2": ("2",), "3": ("е", "з"), "4": ("а", "ч"), "5": ("с",),
    "y4": ("я",), "y0": ("е",), "y3": ("е",), "j4": ("я",), "j0": ("е",), "j3": ("е",),
    "6": ("б", "ш"), "7": ("т",), "8": ("в",), "9": ("д", "я"),
}  # fmt: skip


def in_cyrillic(word: str, *, kazakh: bool = False) -> str:
    """A lower-case Latin ``word`` of Russian or, where ``kazakh``, of Kazakh text in Cyrillic
    letters: the word that was meant where the list of frequent words has it or, in Kazakh, its
    beginning; else letter by letter, without soft signs and letters that only Kazakh has."""
    if len(word) == 1:
        return _ALONE.get(word) or _READ[word][0]
    parts = [_readings(match) for match in _LETTERS.finditer(word)]
    if known := meant_in_latin(parts, kazakh=kazakh):
        return known
    usual = "".join(part[0] for part in parts)
    return with_kazakh_ending(usual) if kazakh else usual


def digits_in_cyrillic(word: str, *, kazakh: bool = False) -> str:
    """A Latin ``word`` with digits among its letters as the Cyrillic word that was meant; as it is
    where the list has none."""
    parts = [_DIGITS.get(match.group()) or _readings(match) for match in _SIGNS.finditer(word)]
    return meant_in_latin(parts, kazakh=kazakh) or word


def _readings(match: re.Match[str]) -> Sequence[str]:
    if match.group() != "y":
        return _READ[match.group()]
    # "moy", "novyy", "dayyn": after a vowel it is short; else it is the vowel itself.
    before = match.string[max(0, match.start() - 2) : match.start()]
    short = before[-1:] in set("aeiou") or (before[-1:] == "y" and before[:1] not in set("aeiou"))
    return ("й", "у", "ы") if short else ("ы", "у", "й")


def _balance(word: str) -> int:
    if word in _COMMON_ENGLISH:
        return -_SPELT_SO
    edged = f"^{word}$"
    trigrams = [edged[at : at + _SHORT] for at in range(len(edged) - _SHORT + 1)]
    return sum((one in _TRANSLITERATED) - (one in _ENGLISH) for one in trigrams)
